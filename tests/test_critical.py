"""Critical flags: what is found, what is left alone, and what the store keeps of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from filled_store import empty_store, fill
from hypothesis import example, given
from hypothesis import strategies as st

from vocanalytics.errors import ConfigError
from vocanalytics.tagging.critical import LONGEST_SPAN, REASONS, critical_flags, edition
from vocanalytics.tagging.cues import Lexicon, Reading, lowered
from vocanalytics.warehouse.flags import drop_outdated, store, waiting

CASES = yaml.safe_load((Path(__file__).parent / "critical_cases.yaml").read_text(encoding="utf-8"))
WRITTEN = [
    (
        name,
        reason,
        entry["text"] if isinstance(entry, dict) else entry,
        entry["also"] if isinstance(entry, dict) else [],
    )
    for name, groups in CASES.items()
    if name != "independent"
    for reason, entries in groups.items()
    for entry in entries
]


def plain(text: str) -> str:
    return re.sub("[«»]", "", text)


def reasons(text: str) -> set[str]:
    return {flag.reason for flag in critical_flags([text])[0]}


@pytest.mark.parametrize("reason", REASONS)
def test_nineteen_of_twenty_written_cases_are_found(reason):
    due = [text for _, own, text, also in WRITTEN if reason in {own, *also}]
    found = [text for text in due if reason in reasons(plain(text))]

    assert len(due) >= 65
    assert len(found) / len(due) >= 0.95


@pytest.mark.parametrize("reason", REASONS)
def test_nine_of_ten_flags_of_written_cases_are_right(reason):
    flagged = [{own, *also} for _, own, text, also in WRITTEN if reason in reasons(plain(text))]

    assert sum(reason in due for due in flagged) / len(flagged) >= 0.9


def test_a_quote_holds_the_words_that_are_the_reason():
    held = []
    for _, reason, text, _ in WRITTEN:
        if reason != "none":
            first, last = text.index("«"), text.index("»") - 1
            held += [f.start < last and first < f.end for f in critical_flags([plain(text)])[0] if f.reason == reason]

    assert sum(held) / len(held) >= 0.95


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The brakes failed.", {"safety"}),
        ("THE BRAKES FAILED.", {"safety"}),
        ("The breaks didnt work.", {"safety"}),
        ("The brakes never failed.", set()),
        ("The brakes have not once failed me.", set()),
        ("No signs of any brake failure so far.", set()),
        ("If the brakes fail the car slows down by itself", set()),
        ("Nice brakes. The app failed.", set()),
        ("No help from anybody when the brakes failed.", {"safety"}),
        ("My lawyer friend recommended it.", set()),
        ("My lawyer\u2019s letter is on its way.", {"legal_or_press"}),
        ("My lawyer friend recommended it. My lawyer will write.", {"legal_or_press"}),
        ("İ say the brakes failed", {"safety"}),
        ("Smoke came from the bonnet, I was injured and will sue you.", {"fire_or_injury", "legal_or_press"}),
        ("", set()),
        ("?!", set()),
    ],
)
def test_what_did_not_happen_is_not_flagged(text, found):
    assert reasons(text) == found


def test_plain_wording_goes_before_a_hint_and_the_earlier_of_equals_before_the_later():
    text = "It is dangerous. The brakes failed. The steering failed."
    (flag,) = critical_flags([text])[0]

    assert (text[flag.start : flag.end], flag.confidence) == ("The brakes failed", 0.9)
    assert critical_flags(["It is dangerous."])[0][0].confidence == 0.6


def test_a_clause_is_cut_at_a_word_where_it_is_long():
    text = f"{'so ' * 200}the brakes failed {'and ' * 200}"
    (flag,) = critical_flags([text])[0]
    quote = text[flag.start : flag.end]

    assert "the brakes failed" in quote
    assert len(quote) <= LONGEST_SPAN
    assert set(quote.split()) == {"so", "the", "brakes", "failed", "and"}


words = st.sampled_from(
    ["the", "brakes", "failed", "not", "fire,", "lawyer!", "sue", "you.", "my", "İ\u2019s", "\U0001f697", "woman"]
)


@given(st.lists(words, max_size=30).map(" ".join))
@example("\n the brakes failed \n")
def test_a_span_lies_in_its_text_without_blanks_around_it(text):
    for flag in critical_flags([text])[0]:
        quote = text[flag.start : flag.end]
        assert 0 <= flag.start < flag.end <= len(text)
        assert quote == quote.strip()


@given(st.text())
def test_lowering_moves_no_character(text):
    assert len(lowered(text)) == len(text)


def test_cues_read_as_they_say():
    lexicon = Lexicon({"negation": ["never"], "fail": ["fail*", "went out"]})
    ordered, either = lexicon.cue("brake/brakes ~2 {fail}"), lexicon.cue("brakes &2 *mph")

    def found(cue, text):
        return [
            text[slice(*reading.characters(span))]
            for reading in [Reading(text, lexicon)]
            for span in reading.matches(cue)
        ]

    assert found(ordered, "my brakes both just failed me") == ["brakes both just failed"]
    assert found(ordered, "brakes went out") == ["brakes went out"]
    assert found(ordered, "brakes that have really failed") == []
    assert found(ordered, "brakes never failed") == []
    assert found(ordered, "failed brakes") == []
    assert found(ordered, "brakes. failed") == []
    assert found(either, "at 60mph the brakes") == ["60mph the brakes"]
    assert found(either, "brakes at 60mph") == ["brakes at 60mph"]


@pytest.mark.parametrize(
    ("line", "message"),
    [("a &1 b &1 c", "cue `a &1 b &1 c`: expected at most one &"), ("the {brake}", "no list of words named {brake}")],
)
def test_a_misspelt_cue_is_refused(line, message):
    with pytest.raises(ConfigError, match=message):
        Lexicon({}).cue(line)


@pytest.fixture
def con():
    with empty_store() as con:
        yield con


def flag_row(item: str) -> dict[str, object]:
    return {"item_id": item, "reason": "safety", "span_start": 0, "span_end": 4, "confidence": 0.9}


def test_an_item_waits_until_this_edition_has_read_this_revision(con):
    fill(con, {"submissions": [{"submission_id": "s1"}]})
    items = [{"item_id": f"i{n}", "submission_id": "s1"} for n in range(3)]
    fill(con, {"feedback_items": [*items, {"item_id": "i9", "submission_id": "s1", "content": "no_content"}]})

    batch = waiting(con, "e1", 2)
    assert batch.column("item_id").to_pylist() == ["i0", "i1"]
    assert store(con, [flag_row("i1")], batch, "e1") == 1
    assert waiting(con, "e1", 9).column("item_id").to_pylist() == ["i2"]
    assert waiting(con, "e2", 9).num_rows == 3
    con.execute("update feedback_items set revision = 2 where item_id = 'i1'")
    assert waiting(con, "e1", 9).column("item_id").to_pylist() == ["i1", "i2"]
    assert con.execute("from flags").fetchall() == [("i1", 1, "safety", 0, 4, 0.9, "e1")]


def test_a_batch_without_flags_is_read_all_the_same(con):
    fill(con, {"submissions": [{"submission_id": "s1"}], "feedback_items": [{"item_id": "i1", "submission_id": "s1"}]})

    assert store(con, [], waiting(con, "e1", 9), "e1") == 0
    assert waiting(con, "e1", 9).num_rows == 0


def test_other_editions_and_replaced_revisions_are_forgotten(con):
    fill(con, {"submissions": [{"submission_id": "s1"}]})
    fill(con, {"feedback_items": [{"item_id": f"i{n}", "submission_id": "s1"} for n in range(2)]})
    for name in ("e1", "e2"):
        store(con, [flag_row("i0"), flag_row("i1")], waiting(con, name, 9), name)
    con.execute("update feedback_items set revision = 2 where item_id = 'i1'")

    drop_outdated(con, "e2")

    assert con.execute("select item_id, edition from flags").fetchall() == [("i0", "e2")]
    assert con.execute("select item_id, edition from flaggings").fetchall() == [("i0", "e2")]


def test_the_edition_is_named_after_the_rules():
    assert re.fullmatch("critical-[0-9a-f]{8}", edition())
