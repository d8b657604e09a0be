"""The learned half of the critical flags: what it adds to the rules, and what it refuses."""

from __future__ import annotations

import re
import shutil
import sys
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from filled_store import empty_store, fill

from vocanalytics.errors import ModelError
from vocanalytics.resources import models_dir
from vocanalytics.steps.flag import flag_waiting
from vocanalytics.tagging.critical import LONGEST_SPAN, REASONS, critical_flags, edition
from vocanalytics.tagging.critical_head import CriticalHead, shipped
from vocanalytics.tagging.critical_training import card, examples
from vocanalytics.tagging.encoder import Encoder
from vocanalytics.tagging.reference import read
from vocanalytics.text.segments import segment_many

CASES = yaml.safe_load((Path(__file__).parent / "critical_cases.yaml").read_text(encoding="utf-8"))


def written(entry: str | dict[str, object]) -> str:
    return re.sub("[«»]", "", entry if isinstance(entry, str) else str(entry["text"]))


@pytest.fixture(scope="module")
def encoder():
    return Encoder.load()


@pytest.fixture(scope="module")
def head(encoder):
    return CriticalHead.load(models_dir() / "critical").check(encoder, "critical")


@pytest.fixture(scope="module")
def independent(head, encoder):
    return read_cases(head, encoder)


def read_cases(head, encoder):
    """Per group and text of the 200 and of the harmless ones the reasons found."""
    rows = [(group, written(entry)) for group, entries in CASES["independent"].items() for entry in entries]
    texts = [text for _, text in rows]
    found = head.flags(texts, segment_many(texts), encoder)
    return [(group, text, {f.reason for f in flags}) for (group, text), flags in zip(rows, found, strict=True)]


def test_the_head_finds_what_the_rules_have_no_words_for(independent):
    due = [(group, text, found) for group, text, found in independent if group != "none"]
    ruled = [{f.reason for f in flags} for flags in critical_flags([text for _, text, _ in due])]

    assert len(due) == 200
    both = sum(group in found for group, _, found in due)
    alone = sum(group in found for (group, _, _), found in zip(due, ruled, strict=True))
    assert both >= 165
    assert both >= alone + 65


def test_no_more_harmless_texts_are_flagged_than_by_the_rules(independent):
    harmless = [(text, found) for group, text, found in independent if group == "none"]
    ruled = critical_flags([text for text, _ in harmless])

    assert sum(map(bool, (found for _, found in harmless))) <= sum(map(bool, ruled))
    assert sum(not found for _, found in harmless) / len(harmless) >= 0.9


def test_no_case_is_among_the_examples():
    def words(text: str) -> set[str]:
        return set(re.findall(r"\w+", text.lower()))

    taught = [words(text) for texts in read("critical_examples.yaml").values() for text in texts]
    for entries in CASES["independent"].values():
        for own in (words(written(entry)) for entry in entries):
            shared = ((len(own & other), len(other)) for other in taught)
            assert max(both / (len(own) + size - both) for both, size in shared) < 0.7, own


def test_there_are_a_hundred_examples_a_reason_and_six_hundred_others():
    _, kinds = examples()

    assert all(kinds.count(reason) >= 100 for reason in REASONS)
    assert kinds.count("near_misses") >= 300
    assert kinds.count("near_misses") + kinds.count("ordinary") >= 600


def test_units_are_judged_one_by_one_and_quoted(head, encoder):
    text = "We liked the room. My little boy was electrocuted by the lamp and taken to hospital. Breakfast was fine."
    spans = segment_many([text])

    (flags,) = head.flags([text], spans, encoder)

    (flag,) = [flag for flag in flags if flag.reason == "fire_or_injury"]
    assert "electrocuted" in text[flag.start : flag.end] or "hospital" in text[flag.start : flag.end]
    assert "Breakfast" not in text[flag.start : flag.end]
    assert 0 < flag.confidence <= 1


def test_a_unit_without_a_rule_is_quoted_up_to_a_word(head, encoder):
    sure = replace(head, alone=np.zeros(len(REASONS), dtype=np.float32))
    text = "word " * 100

    (flags,) = sure.flags([text], [[]], encoder)

    assert len(flags) == len(REASONS)
    assert all(text[f.start : f.end].endswith("word") and f.end - f.start <= LONGEST_SPAN for f in flags)


def test_a_rule_is_not_believed_where_the_head_is_sure_of_the_opposite(head, encoder):
    deaf = replace(head, doubted=np.full(len(REASONS), 1.01, dtype=np.float32))
    credulous = replace(head, doubted=np.zeros(len(REASONS), dtype=np.float32))
    text = "The brakes failed on the motorway."

    assert deaf.flags([text], [[]], encoder) == [()]
    assert [flag.reason for flag in credulous.flags([text], [[]], encoder)[0]] == ["safety"]


def test_a_text_without_words_is_not_flagged(head, encoder):
    assert head.flags(["", "?!"], [[], []], encoder) == [(), ()]


def test_a_head_comes_back_as_it_was_written(head, encoder, tmp_path):
    head.save(tmp_path / "own")

    again = CriticalHead.load(tmp_path / "own").check(encoder, "own")

    assert again.edition == head.edition
    assert again.edition != replace(head, alone=head.alone + 0.1).edition
    assert re.fullmatch("critical-[0-9a-f]{8}", again.edition)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"encoder": "0" * 64}, "own: fitted for other encoder .*critical_training` again. Nothing was loaded"),
        ({"rules": "critical-00000000"}, "own: fitted for other rules"),
    ],
)
def test_a_head_of_another_encoder_or_other_rules_is_refused(head, encoder, changed, message):
    with pytest.raises(ModelError, match=message):
        replace(head, **changed).check(encoder, "own")


def test_an_altered_head_is_refused(tmp_path):
    shutil.copytree(models_dir() / "critical", tmp_path / "critical")
    (tmp_path / "critical" / "head.npz").write_bytes(b"something else")

    with pytest.raises(ModelError, match="critical: head.npz is not the file the manifest was written for"):
        CriticalHead.load(tmp_path / "critical")


def test_the_card_tells_the_figures_of_the_manifest():
    folder = models_dir() / "critical"

    assert (folder / "README.md").read_text(encoding="utf-8") == card(CriticalHead.load(folder))


def test_without_a_head_of_its_encoder_the_rules_flag_alone(encoder, caplog):
    other = copy(encoder)
    other.edition = "another"

    assert shipped(other) is None
    with empty_store() as con:
        fill(con, {"submissions": [{"submission_id": "s1"}]})
        fill(con, {"feedback_items": [{"item_id": "i1", "submission_id": "s1", "verbatim": "The brakes failed."}]})
        assert flag_waiting(con, other) == 1
        assert con.execute("select reason, edition from flags").fetchall() == [("safety", edition())]
    assert "only the rules flag" in caplog.text


def test_items_are_flagged_segment_by_segment_and_anew_by_another_edition(head, encoder):
    text = "The seats are fine. The brakes failed twice on the motorway."
    with empty_store() as con:
        fill(con, {"submissions": [{"submission_id": "s1"}]})
        fill(con, {"feedback_items": [{"item_id": "i1", "submission_id": "s1", "verbatim": text}]})
        assert flag_waiting(con, encoder) == 1
        assert flag_waiting(con, encoder) == 0
        con.execute("update flags set edition = 'critical-old'")
        con.execute("update flaggings set edition = 'critical-old'")

        assert flag_waiting(con, encoder) == 1

        found = con.execute("select reason, span_start, span_end, edition from flags").fetchall()
    assert found == [("safety", 20, 59, head.edition)]


if __name__ == "__main__":
    own = Encoder.load()
    cases = read_cases(CriticalHead.load(models_dir() / "critical").check(own, "critical"), own)
    for group in (*REASONS, "none"):
        found = [reasons for name, _, reasons in cases if name == group]
        told = sum(map(bool, found)) if group == "none" else sum(group in reasons for reasons in found)
        sys.stdout.write(f"{group:<16}{told:>4} of {len(found)}{' harmless texts flagged' * (group == 'none')}\n")
