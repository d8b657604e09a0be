"""Figures of ``voc evaluate``, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vocanalytics import Tagger
from vocanalytics.errors import MissingColumns, TaxonomyError
from vocanalytics.tagging.evaluation import Answers, evaluate, measure


def sets(*cells: str):
    return [frozenset(cell.split()) for cell in cells]


def answers(gold, found, labels="a b c"):
    abstained = np.array([not cell for cell in found])
    return Answers(labels.split(), sets(*gold), sets(*found), abstained)


def test_figures_by_hand():
    report = measure(answers(["a", "a b", "b", ""], ["a", "b", "a", ""]))
    a, b, c = (report["labels"][name] for name in "abc")
    assert (a["precision"], a["recall"], a["f1"], a["support"]) == (0.5, 0.5, 0.5, 2)
    assert (b["precision"], b["recall"], b["f1"]) == (1.0, 0.5, 0.6667)
    assert (c["precision"], c["support"], c["f1_interval"]) == (0.0, 0, [0.0, 0.0])
    assert report["micro_f1"] == round(2 * 2 / (2 * 2 + 1 + 2), 4)
    assert report["macro_f1"] == round((0.5 + 2 / 3) / 2, 4)  # c never occurs
    assert report["abstained_share"] == 0.25


def test_intervals_hold_the_figure_and_narrow_with_texts():
    few, many = (measure(answers(["a", "a", ""] * n, ["a", "", "a"] * n)) for n in (5, 200))
    low, high = many["labels"]["a"]["f1_interval"]
    assert low <= many["labels"]["a"]["f1"] <= high
    assert few["labels"]["a"]["f1_interval"][1] - few["labels"]["a"]["f1_interval"][0] > 3 * (high - low)
    assert measure(answers(["a"] * 5, ["a"] * 5))["labels"]["a"]["f1_interval"] == [1.0, 1.0]


def test_nothing_coded_is_no_error():
    report = measure(answers([], []))
    assert (report["micro_f1"], report["macro_f1"], report["abstained_share"]) == (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def tagger():
    return Tagger.load("automotive")


def test_a_report_over_all_axes(tagger):
    gold = pd.DataFrame(
        {
            "text": [
                "The app crashes every time I open it",
                "Phantom braking on the motorway is scary",
                "I have two kids",
            ],
            "themes": ["software", "safety;software", ""],
            "touchpoint": ["owner_app", "driver_assistance", ""],
            "polarity": ["negative", "negative", None],
            "channel": ["review", "social", "survey"],
        }
    )
    report = evaluate(gold, tagger)
    assert list(report) == ["model", "taxonomy", "texts", "themes", "touchpoint", "joint", "polarity"]
    assert (report["model"], report["texts"]) == (tagger.model, 3)
    assert report["touchpoint"]["labels"]["owner_app"]["f1"] == 1.0
    assert report["themes"]["labels"]["software"]["support"] == 2
    assert report["joint"]["labels"]["software@owner_app"]["recall"] == 1.0
    assert report["polarity"]["texts"] == 2  # the third was not coded
    assert report["polarity"]["labels"]["negative"]["recall"] == 1.0


def test_axes_nobody_coded_are_left_out(tagger):
    report = evaluate(pd.DataFrame({"text": ["fine"], "themes": [""]}), tagger)
    assert set(report) == {"model", "taxonomy", "texts", "themes"}


def test_bad_gold_is_refused(tagger):
    with pytest.raises(MissingColumns, match=r"column\(s\) themes not found"):
        evaluate(pd.DataFrame({"text": ["fine"]}), tagger)
    with pytest.raises(TaxonomyError, match="themes has tasty, which the taxonomy does not have"):
        evaluate(pd.DataFrame({"text": ["fine"], "themes": ["tasty"]}), tagger)
