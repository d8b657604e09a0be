"""Agreement held to scikit-learn, statsmodels and worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score
from statsmodels.stats.inter_rater import cohens_kappa as reference

from vocanalytics.statistics.agreement import cohens_kappa, hits, pooled_kappa

CATEGORIES = ("", "charging", "delivery", "workshop")
pairs = st.lists(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(CATEGORIES)), min_size=2, max_size=60)


@settings(max_examples=40, deadline=None)
@given(pairs)
def test_kappa_and_its_bounds_are_those_of_the_references(judged):
    first, second = (list(side) for side in zip(*judged, strict=True))
    assume(len({*first, *second}) > 1 and first != second)
    table = np.array([[judged.count((a, b)) for b in CATEGORIES] for a in CATEGORIES])
    with np.errstate(all="ignore"):  # the reference divides by its own zero
        told = reference(table)
    ours = cohens_kappa(first, second)
    assert ours.n == len(judged)
    assert ours.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    error = math.sqrt(max(told.var_kappa, 0.0))
    assert ours.low == pytest.approx(max(-1, told.kappa - 1.959963985 * error), abs=1e-6)
    assert ours.high == pytest.approx(min(1, told.kappa + 1.959963985 * error), abs=1e-6)


def test_full_agreement_of_few_is_not_certain():
    few, many = (cohens_kappa(["a", "b"] * n, ["a", "b"] * n) for n in (5, 500))
    assert (few.kappa, few.high, many.kappa) == (1, 1, 1)
    assert few.low < 0.6
    assert many.low > 0.98


@pytest.mark.parametrize("size", [0, 1, 9])
def test_one_category_cannot_disagree(size):
    told = cohens_kappa(["a"] * size, ["a"] * size)
    assert math.isnan(told.kappa)
    assert told.n == size
    assert math.isnan(pooled_kappa(np.zeros((size, 3)), np.zeros((size, 3))).kappa)


def test_coders_must_have_judged_the_same():
    with pytest.raises(ValueError, match="from both coders; got 1 and 2"):
        cohens_kappa(["a"], ["a", "b"])
    with pytest.raises(ValueError, match=r"of one shape; got \(1, 2\) and \(2, 2\)"):
        pooled_kappa([[1, 0]], [[1, 0], [0, 1]])


def test_pooling_one_label_is_cohens_kappa_and_unused_labels_change_nothing():
    rng = np.random.default_rng(4)
    first = rng.random((80, 1)) < 0.3
    second = first ^ (rng.random((80, 1)) < 0.15)
    one = pooled_kappa(first, second)
    names = [[str(cell) for cell in side[:, 0]] for side in (first, second)]
    cohen = cohens_kappa(*names)
    assert one.kappa == pytest.approx(cohen.kappa, abs=1e-12)
    assert (one.low, one.high) == pytest.approx((cohen.low, cohen.high), abs=0.03)
    wide = [np.hstack([side, np.zeros((80, 5), dtype=bool)]) for side in (first, second)]
    assert pooled_kappa(*wide) == pytest.approx(one, abs=1e-12)


def test_pooled_kappa_by_hand():
    # label 1: agree 3 of 4, chance .5*.25+.5*.75 = .5; label 2: agree 4 of 4, chance .5
    first = [[1, 1], [1, 0], [0, 1], [0, 0]]
    second = [[1, 1], [0, 0], [0, 1], [0, 0]]
    assert pooled_kappa(first, second).kappa == pytest.approx((0.875 - 0.5) / 0.5)


def test_bounds_of_the_pooled_figure_hold_the_truth():
    """Of 200 samples from a population whose kappa is known, about 95 % must have it inside."""
    rng = np.random.default_rng(11)
    truth = rng.random((40_000, 6)) < 0.15
    first, second = (truth ^ (rng.random(truth.shape) < 0.05) for _ in range(2))
    known = pooled_kappa_point(first, second)
    inside = 0
    for _ in range(200):
        rows = rng.integers(0, len(truth), 120)
        told = pooled_kappa(first[rows], second[rows])
        inside += told.low <= known <= told.high
    assert 180 <= inside <= 199


def pooled_kappa_point(first, second):
    share_a, share_b = first.mean(axis=0), second.mean(axis=0)
    chance = np.mean(share_a * share_b + (1 - share_a) * (1 - share_b))
    return ((first == second).mean() - chance) / (1 - chance)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 60))
def test_hits_are_the_references_and_lie_inside_their_bounds(seed, n):
    rng = np.random.default_rng(seed)
    gold = rng.random((n, 3)) < 0.4
    found = gold ^ (rng.random((n, 3)) < 0.3)
    weight = rng.uniform(1, 5, n)
    told = hits(gold, found, weight, [str(i) for i in range(n)])
    for k in range(3):
        if not (gold[:, k].any() and found[:, k].any()):
            continue
        for ours, reference_score in (
            (told.precision, precision_score),
            (told.recall, recall_score),
            (told.f1, f1_score),
        ):
            assert ours[k] == pytest.approx(
                reference_score(gold[:, k], found[:, k], sample_weight=weight, zero_division=0)
            )
        assert told.f1_low[k] <= told.f1[k] <= told.f1_high[k]
        assert told.support[k] == gold[:, k].sum()


def test_bounds_widen_with_unequal_weights_and_with_one_respondent():
    gold = np.ones((20, 1), dtype=bool)
    found = np.arange(20)[:, None] % 4 > 0
    each = [str(i) for i in range(20)]
    even = hits(gold, found, np.ones(20), each)
    uneven = hits(gold, found, np.where(np.arange(20) % 2, 1.0, 20.0), each)
    one_hand = hits(gold, found, np.ones(20), ["one"] * 20)
    widths = [float(told.f1_high[0] - told.f1_low[0]) for told in (even, uneven, one_hand)]
    assert widths == sorted(widths)
    assert widths[0] < 0.95 * widths[1]
    assert hits(gold, gold, np.ones(20), each).f1_low[0] < 1  # 20 of 20 is not certainty


def test_a_label_without_a_case_has_no_figures():
    told = hits(np.zeros((4, 1)), np.zeros((4, 1)), np.ones(4), list("abcd"))
    assert np.isnan([told.precision[0], told.recall[0], told.f1[0], told.f1_low[0]]).all()
    assert told.support.tolist() == [0]


def test_hits_refuse_what_cannot_be_measured():
    with pytest.raises(ValueError, match="need a row per segment"):
        hits([[1]], [[1]], [1, 1], ["a"])
    with pytest.raises(ValueError, match="it is above 0; nothing was measured"):
        hits([[1]], [[1]], [0], ["a"])
