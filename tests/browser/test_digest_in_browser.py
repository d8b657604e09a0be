"""The digest in Chromium, opened as a file: what a reader sees, on a phone, on a desk and on paper.

Without Chromium these tests are skipped, or fail where BROWSER_TESTS=required.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from digest_example import ALARMS, EVENTS, PERIOD, publish_said, sixteen_weeks

from vocanalytics.steps.digest import write_digests

WIDTHS = (360, 768, 1280)
A4 = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True, "preferCSSPageSize": True}


AXE = Path(__file__).parents[2] / ".venv" / "browser" / "node_modules" / "axe-core" / "axe.min.js"


def _lacking() -> list[str]:
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return absent if AXE.is_file() else [*absent, "axe-core"]


@pytest.fixture(scope="session")
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    if lacking := _lacking():
        told = f"THE DIGEST IS NOT TESTED IN A BROWSER: no {', '.join(lacking)}. Run `make browser`."
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(told)
        pytest.skip(told)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    # no sandbox: containers that tests run in have no namespaces to build one of
    shown = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
    # nothing of its own to the network: what is seen leaving is the page's
    quiet = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
    for argument in (*shown, *quiet):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(shutil.which("chromedriver"))))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def pages(browser, tmp_path_factory):
    """The company's page and a team's, hostile words among the quotes."""
    folder = tmp_path_factory.mktemp("digest")
    write_digests(publish_said(folder, [*sixteen_weeks(), *ALARMS], events=EVENTS))
    return folder / "home" / "digests" / PERIOD


def show(browser, path, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(path.as_uri())


@pytest.mark.parametrize("name", ["company.html", "connected-services.html"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(browser, pages, name, width):
    show(browser, pages / name, width)
    open_all(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    # what may be wider scrolls within itself, and a key can move it
    for region in browser.execute_script(WIDER_THAN_ITSELF):
        assert region == {"class": "scroll", "tabindex": "0", "role": "region"}


WIDER_THAN_ITSELF = """
return [...document.querySelectorAll('body *')].filter(e => !(e instanceof SVGElement) &&
    e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
  .map(e => ({class: e.className, tabindex: e.getAttribute('tabindex'), role: e.getAttribute('role')}))
"""


def open_all(browser):
    browser.execute_script("document.querySelectorAll('details').forEach(e => e.open = true)")


def test_no_error_and_no_request(browser, pages):
    browser.get_log("browser"), browser.get_log("performance")
    for path in sorted(pages.glob("*.html")):
        show(browser, path, 1280)
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked == [path.as_uri() for path in sorted(pages.glob("*.html"))]


def test_the_page_is_read_without_script(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, pages / "company.html", 768)
        assert "Critical alerts" in browser.find_element("tag name", "main").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_drill_downs_open_by_keyboard(browser, pages):
    from selenium.webdriver.common.keys import Keys

    show(browser, pages / "company.html", 1280)
    pain = browser.find_element("css selector", ".pains > li")
    quote = pain.find_element("css selector", ".quote")
    assert not quote.is_displayed()
    for _ in range(40):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.execute_script("return arguments[0].contains(document.activeElement)", pain):
            break
    focused = browser.switch_to.active_element
    assert focused.tag_name == "summary"
    outline = "const s = getComputedStyle(arguments[0]); return s.outlineStyle + ' ' + s.outlineWidth"
    assert browser.execute_script(outline, focused) == "solid 2px"
    focused.send_keys(Keys.ENTER)
    assert quote.is_displayed()
    focused.send_keys(Keys.SPACE)
    assert not quote.is_displayed()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_serious_barrier(browser, pages, axe, width):
    for name in ("company.html", "connected-services.html"):
        show(browser, pages / name, width)
        open_all(browser)
        browser.execute_script(axe)
        found = browser.execute_async_script("const done = arguments[arguments.length - 1]; axe.run().then(done, done)")
        grave = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["help"], [node["html"][:80] for node in v["nodes"][:3]]) for v in grave] == []
        assert len(found["passes"]) > 20


def test_the_map_fits_the_screen_it_is_drawn_for(browser, pages):
    for width, shown in ((360, "narrow"), (768, "middle"), (928, "middle"), (944, "wide"), (1280, "wide")):
        show(browser, pages / "company.html", width)
        drawn = browser.find_elements("css selector", ".map > div")
        assert [one.get_attribute("class") for one in drawn if one.is_displayed()] == [shown]
        if width in (768, 1280):  # the width there is, is used
            assert browser.execute_script(
                f"return document.querySelector('.map .{shown} svg').clientWidth"
            ) > 0.85 * min(width, 1000)
        # letters no smaller than a reader can read, and none outside the picture
        small, outside = browser.execute_script(LETTERS, f".map .{shown} svg")
        assert small >= 11
        assert outside == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_two_texts_of_a_picture_touch(browser, pages, width):
    show(browser, pages / "company.html", width)
    open_all(browser)
    texts, touching = browser.execute_script(TOUCHING)
    assert texts > 60
    assert touching == []


TOUCHING = """
const seen = [...document.querySelectorAll('svg')].filter(e => e.checkVisibility())
let texts = 0, touching = []
for (const svg of seen) {
  const words = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
    .filter(([t, b]) => t.trim() && b.width)
  texts += words.length
  words.forEach(([t, a], i) => words.slice(i + 1).forEach(([u, b]) => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3) touching.push([t, u])
  }))
}
return [texts, touching]
"""


def test_on_a_phone_tables_stack_and_say_what_each_figure_is(browser, pages):
    show(browser, pages / "company.html", 360)
    open_all(browser)
    wider = "return [...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth)"
    over = browser.execute_script(wider)
    assert len(over) >= 6
    assert max(over) <= 0
    # a bare figure without the head of its column would say nothing
    named = "return [...document.querySelectorAll('td.n')].map(e => getComputedStyle(e, '::before').content)"
    assert all(re.search(r"[a-z]", name) for name in browser.execute_script(named))


LETTERS = """
const svg = document.querySelector(arguments[0]), frame = svg.getBoundingClientRect()
const texts = [...svg.querySelectorAll('text')]
const size = t => parseFloat(getComputedStyle(t).fontSize) * frame.width / svg.viewBox.baseVal.width
const out = t => { const b = t.getBoundingClientRect(); return b.left < frame.left - 1 || b.right > frame.right + 1 }
const words = texts.filter(t => !/^\\d+$/.test(t.textContent))
return [Math.min(...words.map(size)), texts.filter(out).map(t => t.textContent)]
"""


def test_on_paper_nothing_is_cut_or_folded(browser, pages):
    """A4 in print style: every chart lies on one page, drill-downs are open, nothing is wider than the paper."""
    show(browser, pages / "company.html", 1280)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    paper = {"width": 688, "height": 1017, "deviceScaleFactor": 1, "mobile": False}  # A4 less 14 mm margins, at 96 dpi
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", paper)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= paper["width"]
        folded = browser.execute_script(FOLDED)
        assert len(folded) > 10
        assert all(height > 0 for height in folded)
        assert not browser.find_element("css selector", ".how").is_displayed()  # queries are for a screen
        charts = browser.execute_script(CHARTS)
        assert len(charts) == 6
        assert all(0 < chart["height"] < paper["height"] and chart["inside"] == "avoid" for chart in charts)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", A4)["data"])
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 20
    drawn = [zlib.decompress(part) for part in streams(printed) if part[:1] == b"\x78"]
    assert sum(len(part) for part in drawn) > 100_000


CHARTS = """
return [...document.querySelectorAll('svg')].filter(e => e.checkVisibility()).map(e => ({
  height: e.getBoundingClientRect().height, inside: getComputedStyle(e.closest('figure')).breakInside}))
"""


FOLDED = """
return [...document.querySelectorAll('details:not([open]) .quote, details:not([open]) table')]
  .map(e => e.checkVisibility() ? e.getBoundingClientRect().height : 0)
"""


def streams(pdf: bytes) -> list[bytes]:
    return re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
