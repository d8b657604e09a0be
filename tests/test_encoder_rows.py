"""What of our own the network is taught with."""

from __future__ import annotations

import csv

from vocanalytics.resources import resolve_taxonomy, taxonomies_dir
from vocanalytics.tagging.concepts import concepts
from vocanalytics.tagging.corpora import POLARITIES
from vocanalytics.tagging.critical import REASONS, critical_flags
from vocanalytics.tagging.encoder_rows import (
    CODED,
    DANGEROUS,
    critical_rows,
    judges_alarm,
    ordinary_rows,
    own_labels,
    own_polarity,
)
from vocanalytics.taxonomy import load_taxonomy


def test_coded_rows_use_the_frame_and_stand_there_once():
    frame = load_taxonomy(resolve_taxonomy("automotive"))
    themes, points = ({label.id for label in axis} for axis in (frame.themes, frame.touchpoints))
    with (taxonomies_dir() / CODED).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["text"].lower() for row in rows}) == len(rows) > 4000
    for row in rows:
        assert set(filter(None, row["themes"].split(";"))) <= themes
        assert row["touchpoint"] in points | {""}
        assert row["polarity"] in (*POLARITIES, "mixed")


def test_labels_are_taught_by_sentences_that_have_no_other():
    frame = load_taxonomy(resolve_taxonomy("automotive"))
    themes, points = own_labels()
    assert {label.id for label in themes} == {theme.id for theme in frame.themes}
    assert {label.id for label in points} == {point.id for point in frame.touchpoints}
    for axis in (themes, points):
        told = [sentence for label in axis for sentence in label.sentences]
        assert len(told) == len(set(told))
        assert not any(label.names for label in axis)


def test_ordinary_sentences_are_calm_and_say_nothing_of_polarity():
    rows = ordinary_rows()
    spoken_of = {text for concept in concepts() if concept.id in DANGEROUS for text in concept.sentences}
    assert len(rows) > 5000
    assert not any(row.polarity for row in rows)
    assert not {row.text for row in rows} & spoken_of
    looked_at = [row.text for row in rows if row.reasons is not None]
    assert len(looked_at) > 0.95 * len(rows)
    assert not any(critical_flags(looked_at[::20]))


def test_a_fifth_of_the_alarming_sentences_is_kept_from_the_network():
    rows = critical_rows()
    assert {reason for row in rows for reason in row.reasons or ()} == set(REASONS)
    assert not any(judges_alarm(row.text) for row in rows)


def test_no_sentence_is_said_to_be_of_two_polarities():
    said: dict[tuple[str, str | None], str] = {}
    coded = {row.text for row in own_polarity() if row.source in ("own_coded", "own_dangers")}
    assert "Turbo lag off the line is noticeable but once it hits 2,000 rpm hang on." not in coded  # mixed
    assert len(coded) > 10_000
    for row in own_polarity():
        assert row.polarity in POLARITIES
        if row.source == "own_examples":
            assert said.setdefault((row.text, row.question), row.polarity) == row.polarity, row.text
