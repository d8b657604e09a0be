"""The opening sentences and where their figures stand, early signs, and the pages as mails."""

from __future__ import annotations

import html
import re
import shutil
from dataclasses import replace
from email import message_from_bytes, policy

import duckdb
import pytest
from digest_example import (
    ALARMS,
    EVENTS,
    PERIOD,
    automotive,
    page,
    publish_said,
    sixteen_weeks,
    tables,
    words_of,
)

from vocanalytics.digest.changes import Change
from vocanalytics.digest.groups import NOW, Group
from vocanalytics.digest.origin import Origin
from vocanalytics.digest.page import Page
from vocanalytics.digest.pages import page_of
from vocanalytics.digest.reading import Publication, read_published
from vocanalytics.digest.render import html_page, markdown_page
from vocanalytics.digest.selection import Praise
from vocanalytics.digest.signs import EarlySign
from vocanalytics.digest.summary import NOTHING_BEFORE, STEADY, TOO_LITTLE, WHOLE, Told, in_short, unchanged
from vocanalytics.steps.digest import write_digests
from vocanalytics.warehouse.reading import asking, read

HERE = Origin("spikes", "from spikes")
MORE = "clearly more complaints than praise"
OWNED = ("aftersales", "connected-services", "customer-care", "finance", "marketing", "product", "sales")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("told")
    write_digests(publish_said(made, [*sixteen_weeks(), *ALARMS], events=EVENTS))
    return made


def aftersales(folder, tmp_path, *statements: str) -> Page:
    """What that team is told after something was written into a copy of the tables."""
    shutil.copytree(folder / "home" / "published", tmp_path / "home" / "published", symlinks=True)
    with duckdb.connect(str(tables(tmp_path))) as con:
        for statement in statements:
            con.execute(statement)
    with asking(tables(tmp_path)) as ask:
        published = read_published(ask, Publication("p1", "2026-06-28", 30, 5), PERIOD)
    return page_of(published, automotive(), "Aftersales")


def sentences(markup: str) -> list[tuple[str, list[str]]]:
    """What the page says first, each sentence with its queries."""
    short = markup.split('id="short"')[1].split("</section>")[0]
    said, how = short.split('<details class="how">')
    told = [words_of(one) for one in re.findall(r"<li>(.*?)</li>", said, re.DOTALL)]
    asked = [[html.unescape(q) for q in re.findall(r"<code>(.*?)</code></p>", one)] for one in how.split("<li>")[1:]]
    return list(zip(told, asked, strict=True))


def unexplained(text: str, answers: list[dict]) -> list[str]:
    """Figures of a sentence that no value of the answers rounds to."""
    known = [float(v) for row in answers for v in row.values() if isinstance(v, int | float)]
    # not figures of the data: the level of an interval, the ends of a scale, dates
    text = re.sub(r"95 % interval|\(\w[\w ]+, \d+ to \d+\)|\d of 5 |\d+ [A-Z]\w+ \d{4}|under 0\.001", " ", text)
    found = re.findall(r"(?<![\w.])[−+]?\d[\d,]*(?:\.\d+)?", text)
    return [figure for figure in found if not any(_is(figure, value) for value in known)]


def _is(figure: str, value: float) -> bool:
    told = float(figure.replace(",", "").replace("−", "-"))
    digits = len(figure.partition(".")[2])
    return abs(round(value, digits) - told) < 1e-9


@pytest.mark.parametrize("name", ["company", *OWNED])
def test_every_figure_of_the_opening_sentences_is_what_its_query_returns(folder, name):
    told = sentences(page(folder, f"{name}.html"))
    assert 2 <= len(told) <= 5
    for text, asked in told:
        answers = [row for query in asked for row in read(tables(folder), query)]
        assert unexplained(text, answers) == []
        assert asked, text
    assert sum(len(re.findall(r"\d+", text)) for text, _ in told) >= 4


def test_a_figure_that_is_not_in_the_tables_is_found():
    text = "What hurts most: 12 of 1,470 items (4.9 %, 95 % interval −2.5 to 9.1 %)."
    row = {"n": 12, "base": 1470, "pct": 4.86, "low": -2.51, "high": 9.14}
    assert unexplained(text, [row]) == []
    for column, wrong in (("n", 13), ("base", 1471), ("pct", 4.96), ("low", 2.51), ("high", 9.04)):
        assert len(unexplained(text, [row | {column: wrong}])) == 1


def test_the_reference_names_its_table(folder):
    for path in sorted((folder / "home" / "digests" / PERIOD).glob("*.html")):
        for table, query in re.findall(r'<p data-table="(\w+)"><code>(.*?)</code>', path.read_text(encoding="utf-8")):
            assert f" from {table} where " in query or f" from {table} where " in query.replace("(", " ")


SIGN = """update pain_points set state_seen = 'growing', state = 'no_clear_change', change_points = 6.4,
    change_points_low = 1.2, change_points_high = 12.1, q_value = 0.0312
    where theme = 'kept_informed' and touchpoint = 'service_visit' and source = 'all'
    and period_kind = '{kind}' and period_on <= date '2026-06-28' and period_until_on >= date '2026-06-28'"""
STEADY_PAINS = (
    "update pain_points set state = 'no_clear_change', state_seen = 'no_clear_change' where state is not null"
)
NO_PLACE = "update touchpoint_scorecard set state = 'no_clear_change' where state is not null"


def test_what_was_seen_once_is_told_apart_from_what_changed(folder, tmp_path):
    page = aftersales(folder, tmp_path, SIGN.format(kind="four_weeks"))
    clear, early = html_page(page).split('id="changed"')[1].split("</section>")[0].split('id="signs"')
    assert "Waiting time" in clear
    assert "kept informed" not in clear
    text = words_of(early)
    assert "Early signs, not yet confirmed" in text
    assert "Being kept informed (Workshop visit) : growing in this period" in text
    assert re.search(r"Then \d+ of 163 items, [\d.]+ % negative\. Before: \d+ of 486 items", text)
    assert "+6 points (95 % interval +1 to +12), q 0.031" in text
    assert "told as a change when the next period says the same, and dropped if it does not" in text
    [quotes] = [sign.quotes for sign in page.early_signs]
    assert 1 <= len(quotes) <= 2
    assert all(quote.text in html.unescape(early) for quote in quotes)
    assert not re.search("[▲▼]", early)
    markdown = markdown_page(page).replace("\u00a0", " ")
    assert "### Early signs, not yet confirmed" in markdown
    assert "Being kept informed (Workshop visit): growing in this period. Then" in markdown


def test_where_nothing_is_confirmed_the_surest_sign_is_said_first(folder, tmp_path):
    page = aftersales(folder, tmp_path, STEADY_PAINS, NO_PLACE, SIGN.format(kind="four_weeks"))
    [(text, asked)] = [pair for pair in sentences(html_page(page)) if "No change is confirmed yet" in pair[0]]
    assert "An early sign: Being kept informed (Workshop visit) is growing in this period:" in text
    answers = [row for query in asked for row in read(tables(tmp_path), query)]
    assert unexplained(text, answers) == []
    assert answers[0]["state_seen"] == "growing"
    assert [row["changed"] for row in answers[1:]] == [0, 0]
    assert all(row["compared"] > 0 for row in answers[1:])


def test_another_kind_of_period_may_see_it_earlier(folder, tmp_path):
    [sign] = aftersales(folder, tmp_path, STEADY_PAINS, NO_PLACE, SIGN.format(kind="quarter")).early_signs
    assert sign.seen in ("in the quarter 1 April to 30 June 2026", "in the quarter since 1 April 2026")
    assert "this period on its own does not show it" in sign.waits
    assert "with several kinds one may show something by chance" in sign.waits


def test_what_is_confirmed_is_no_early_sign(folder, tmp_path):
    confirmed = SIGN.replace("state = 'no_clear_change'", "state = 'growing'").format(kind="four_weeks")
    page = aftersales(folder, tmp_path, SIGN.format(kind="quarter"), confirmed)
    assert "Being kept informed (Workshop visit)" in [change.what for change in page.changes]
    assert page.early_signs == []


def test_a_handful_has_no_figures_for_why_it_moved(folder, tmp_path):
    moved = aftersales(folder, tmp_path, "update movement set state = null").moved
    assert moved
    assert {(row.said, row.heard, row.read, row.verdict) for row in moved} == {("too few to tell",) * 4}


SORE = {
    "touchpoint": "app", "touchpoint_label": "Owner app", "net_sentiment": -49.0, "net_sentiment_low": -68.0,
    "net_sentiment_high": -22.0, "mention_item_count": 45, "negative_item_count": 30, "period_kind": "all",
    "period_on": None, "source": "all",
}  # fmt: skip
NOTHING = Told([], None, [], [], [], [], [], [], (), unchanged=STEADY, is_whole=False)
WORSE = Change("Fees (Finance)", "worse", "new", "", "", "+4 points", "▲", [], [], HERE)
GROUP = Group("Outlet North", "Fees (Finance)", "3 of 9 items, 33 %", "0 of 8 items, 0 %", "+33 points", NOW, HERE)
PRAISE = Praise("Design", "The car", "Product", "9 of 20 items positive, none negative", [], (HERE,))
SEEN = EarlySign("Fees (Finance)", "new", "in this period", "", "4 of 90 items", "", "+4 points", [], HERE)


def texts(told: Told) -> list[str]:
    return [sentence.text.replace("\u00a0", " ") for sentence in in_short(told)]


@pytest.mark.parametrize(
    ("is_whole", "is_compared", "is_comparable", "expected"),
    [
        (True, False, False, WHOLE),
        (False, False, False, NOTHING_BEFORE),
        (False, True, False, TOO_LITTLE),
        (False, True, True, STEADY),
    ],
)
def test_why_no_change_is_named(is_whole, is_compared, is_comparable, expected):
    why = unchanged(is_whole=is_whole, is_compared=is_compared, is_comparable=is_comparable)
    assert why == expected
    assert texts(replace(NOTHING, unchanged=why, is_whole=is_whole))[1] == expected


def test_where_nothing_has_changed_the_section_says_what_the_top_says(folder, tmp_path):
    page = html_page(aftersales(folder, tmp_path, STEADY_PAINS, NO_PLACE))
    assert words_of(page).count(STEADY) == 2


def test_a_change_seen_once_is_an_early_sign():
    assert texts(replace(NOTHING, signs=[SEEN]))[1] == (
        "No change is confirmed yet. An early sign: Fees (Finance) is new in this period: 4 of 90 items, +4 points."
    )
    assert "early sign" not in " ".join(texts(replace(NOTHING, signs=[SEEN], changes=[WORSE])))


def test_five_sentences_at_most_and_which_give_way():
    better = replace(WORSE, direction="better", state="easing")
    few = texts(replace(NOTHING, sorest=SORE, changes=[WORSE], groups=[GROUP], praise=[PRAISE]))
    assert [text.split(":")[0] for text in few[1:3]] == [
        f"Of the touchpoints with {MORE}, Owner app has the most complaints",
        "Worse or new",
    ]
    assert few[1].endswith("30 of 45 items that mention it, net sentiment −49 (95 % interval −68 to −22).")
    assert few[2:4] == [
        "Worse or new: Fees (Finance), +4 points.",
        "Hit most: Outlet North by Fees (Finance): 3 of 9 items, 33 % negative, the rest 0 of 8 items, 0 %; "
        "+33 points.",
    ]
    assert len(few) == 5
    more = texts(replace(NOTHING, sorest=SORE, changes=[WORSE, better], groups=[GROUP], praise=[PRAISE]))
    assert len(more) == 5
    assert not any("more complaints than praise" in text for text in more)
    assert any("praise" in text for text in more)


def mail_of(folder, name: str):
    raw = (folder / "home" / "digests" / PERIOD / f"{name}.eml").read_bytes()
    assert len(raw) < 2_000_000
    return message_from_bytes(raw, policy=policy.default)


def test_the_mail_is_a_draft_with_the_page_attached(folder):
    mail = mail_of(folder, "company")
    assert mail["Subject"] == "Voice of the customer: 1 to 28 June 2026"
    assert mail["X-Unsent"] == "1"
    assert (mail["Date"], mail["From"], mail["To"]) == (None, None, None)
    assert mail.get_body(("plain",)).get_content().startswith("# Voice of the customer")
    shown = mail.get_body(("html",)).get_content()
    assert "<svg" not in shown
    pictures = {part["Content-ID"]: part for part in mail.walk() if part.get_content_type() == "image/png"}
    assert {f"<{name}>" for name in re.findall(r'src="cid:([^"]+)"', shown)} == pictures.keys()
    assert len(pictures) == 6
    assert all(part.get_content().startswith(b"\x89PNG") for part in pictures.values())
    assert len(re.findall(r'<img[^>]* alt="[^"]{60,}"', shown)) == 6
    [attached] = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    # the page, less the links to pages that are not in the mail
    before, _ = page(folder).split('<nav aria-labelledby="teams">')
    assert attached.get_content().startswith(before)
    assert "href=" not in attached.get_content()


@pytest.mark.parametrize("name", OWNED)
def test_an_owner_has_markdown_and_a_mail_of_its_own(folder, name):
    mail, markdown = mail_of(folder, name), page(folder, f"{name}.md")
    title = markdown.splitlines()[0].removeprefix("# ")
    assert mail["Subject"] == title
    assert title.endswith(": 1 to 28 June 2026")
    assert "Voice of the customer" not in title
    plain = mail.get_body(("plain",)).get_content()
    assert words_of(plain)[:200] == words_of(markdown)[:200]
    [attached] = [part for part in mail.walk() if part.get_content_disposition() == "attachment"]
    assert attached.get_content() == page(folder, f"{name}.html")
    shown = words_of(mail.get_body(("html",)).get_content())
    sections = ("Critical alerts", "In short", "What has changed", "Your touchpoints", "What hurts most")
    for text in (markdown, plain, shown, words_of(page(folder, f"{name}.html"))):
        places = [found.start() for head in sections for found in re.finditer(f"{head}(?! is)", text)]
        assert len(places) == (5 if "Your touchpoints" in text else 4)
        assert places == sorted(places)
        assert "What they score" not in text
    proved = (folder / "home" / "digests" / PERIOD / "quotes.csv").read_text(encoding="utf-8")
    assert proved.count(f"\n{name}.html,") == len(re.findall(r"^ *> ", markdown, re.MULTILINE))
