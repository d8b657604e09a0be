"""Quotes are what customers wrote, and a page repeats nobody."""

from __future__ import annotations

import re

from digest_example import LAST_DAY
from hypothesis import given
from hypothesis import strategies as st

from vocanalytics.digest.files import owner_files
from vocanalytics.digest.quotes import LONGEST, Quoting, prove, shorter


def test_long_remarks_are_cut_after_a_word_and_only_at_the_end():
    verbatim = "First of all. " + "waiting " * 60 + "and that was that."
    row = {"item_id": "i1", "span_start": 14, "span_end": len(verbatim), "quote": verbatim[14:]}
    item = {"verbatim": verbatim, "source": "owner_survey", "submitted_on": LAST_DAY}
    quote = prove(row, {"i1": item}, "pain_points")
    assert len(quote.text) <= LONGEST
    assert quote.text.endswith("waiting")
    assert quote.text == verbatim[quote.start : quote.end]
    assert (quote.goes_before, quote.goes_on) == (True, True)


def test_a_cut_after_white_space_alone_still_moves_on():
    assert shorter("ab  cd", 2, 6, longest=1) == 3


@given(st.text(), st.integers(1, 20), st.data())
def test_a_cut_never_edits(text, longest, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut = shorter(text, start, end, longest)
    assert start <= cut <= end
    assert cut - start <= max(longest, 0) or cut == end
    assert cut > start or end == start


def test_no_item_and_no_wording_twice():
    feedback = {
        name: {"verbatim": "So slow. SO  slow. Never again!", "source": "s", "submitted_on": LAST_DAY} for name in "abc"
    }
    spans = [("a", 0, 8), ("a", 19, 31), ("b", 9, 18), ("c", 19, 31)]
    rows = [{"item_id": i, "span_start": a, "span_end": b, "quote": feedback[i]["verbatim"][a:b]} for i, a, b in spans]
    quoting = Quoting(feedback)
    assert [(q.item_id, q.text) for q in quoting.pick(rows, "t")] == [("a", "So slow."), ("c", "Never again!")]
    assert quoting.pick(rows, "t") == []


@given(st.lists(st.text(max_size=8)))
def test_every_owner_has_a_file_of_its_own(owners):
    files = owner_files(owners)
    assert set(files) == set(owners)
    assert len(set(files.values())) == len(files)
    assert "company.html" not in files.values()
    assert all(re.fullmatch(r"[a-z0-9-]+\.html", name) for name in files.values())
