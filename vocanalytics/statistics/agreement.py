"""How far two judges of the same segments agree: two people, or the model and the people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vocanalytics.statistics.intervals import Z_95, Floats, student_quantile, wilson


class Agreement(NamedTuple):
    """``kappa`` is 1 for full agreement, 0 for as much as chance gives; NaN where nothing could disagree."""

    kappa: float
    low: float
    high: float
    n: int  # segments both judged


class Hits(NamedTuple):
    """Per label, arrays of shape (k,). NaN where there is no case: precision of a label never given, and so on."""

    precision: Floats
    recall: Floats
    f1: Floats
    f1_low: Floats
    f1_high: Floats
    support: NDArray[np.int64]  # segments that have the label


def cohens_kappa(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Agreement of two coders who each put every segment into one category, with 95 % bounds.

    Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960);
    bounds by the large-sample variance of Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969). That variance
    is 0 where all agree; the lower bound is then Wilson's for the observed agreement, chance held fixed.

    >>> [round(float(value), 3) for value in cohens_kappa(["a"] * 45 + ["b"] * 55, ["a"] * 60 + ["b"] * 40)[:3]]
    [0.706, 0.575, 0.837]

    Raises
    ------
    ValueError
        If the coders did not judge equally many segments.
    """
    if len(first) != len(second):
        raise ValueError(f"need one category per segment from both coders; got {len(first)} and {len(second)}")
    n = len(first)
    names = sorted({*first, *second})
    if not n:
        return Agreement(np.nan, np.nan, np.nan, 0)
    cells = np.zeros((len(names), len(names)))
    np.add.at(cells, ([names.index(name) for name in first], [names.index(name) for name in second]), 1 / n)
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    observed, chance = float(np.trace(cells)), float(rows @ columns)
    if chance >= 1 - 1e-12:
        return Agreement(np.nan, np.nan, np.nan, n)
    kappa = (observed - chance) / (1 - chance)
    both = columns[:, None] + rows[None, :]
    on_diagonal = np.diag(cells) @ (1 - np.diag(both) * (1 - kappa)) ** 2
    off_diagonal = (1 - kappa) ** 2 * ((cells * both**2).sum() - np.diag(cells) @ np.diag(both) ** 2)
    variance = (on_diagonal + off_diagonal - (kappa - chance * (1 - kappa)) ** 2) / (1 - chance) ** 2 / n
    return _bounded(kappa, Z_95 * float(np.sqrt(max(variance, 0.0))), chance, n)


def pooled_kappa(first: ArrayLike, second: ArrayLike) -> Agreement:
    """Agreement of two coders who may give a segment any number of labels: Cohen's kappa pooled over the labels.

    De Vries, Elliott, Kanouse and Teleki, "Using pooled kappa to summarize interrater agreement across many items",
    Field Methods 20 (2008): labels are averaged before the division, so that a rare one cannot upset the figure and
    one that nobody gave changes nothing. Bounds by the jackknife over segments, because the labels of one segment
    are not independent (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11).

    Parameters
    ----------
    first, second : array of bool, shape (n segments, k labels)

    >>> one = [[True, False], [True, True], [False, False], [False, True]]
    >>> round(pooled_kappa(one, one).kappa, 3)
    1.0
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim != 2:
        raise ValueError(f"need two (segments, labels) arrays of one shape; got {a.shape} and {b.shape}")
    n = len(a)
    same, given_a, given_b = (a == b).sum(axis=0), a.sum(axis=0), b.sum(axis=0)
    kappa, chance = _pooled(same, given_a, given_b, n)
    if np.isnan(kappa):
        return Agreement(np.nan, np.nan, np.nan, n)
    without = np.array([_pooled(same - (a[i] == b[i]), given_a - a[i], given_b - b[i], n - 1)[0] for i in range(n)])
    without = np.where(np.isnan(without), kappa, without)
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    return _bounded(kappa, float(student_quantile(n - 1)) * error if n > 1 else np.nan, chance, n)


def _pooled(same: Floats, given_a: Floats, given_b: Floats, n: int) -> tuple[float, float]:
    """Kappa and the chance of agreeing, both averaged over labels."""
    if not n or not len(same):
        return np.nan, np.nan
    share_a, share_b = given_a / n, given_b / n
    chance = float(np.mean(share_a * share_b + (1 - share_a) * (1 - share_b)))
    kappa = (float(np.mean(same / n)) - chance) / (1 - chance) if chance < 1 - 1e-12 else np.nan
    return kappa, chance


def _bounded(kappa: float, reach: float, chance: float, n: int) -> Agreement:
    if kappa > 1 - 1e-12:
        return Agreement(1.0, (float(wilson(n, n).low) - chance) / (1 - chance), 1.0, n)
    return Agreement(kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach), n)


def hits(gold: ArrayLike, found: ArrayLike, weight: ArrayLike, respondent: Sequence[str]) -> Hits:
    """What the model found against what people say, each segment standing for ``weight`` others.

    F1 is a function of one share, that of segments with the label by both among those with it by either:
    F1 = 2s / (1 + s) (Hand, Christen and Kirielle, "F*: an interpretable transformation of the F-measure",
    Machine Learning 110, 2021). So its 95 % bounds are Wilson's for that share, with the effective n of Kish (1965):
    unequal weights, and segments of one respondent, tell less than as many equal and separate ones.

    Parameters
    ----------
    gold, found : array of bool, shape (n segments, k labels)
    weight : array of float, shape (n,)
        One over the probability of having been drawn.
    respondent : sequence of str, length n

    >>> two = hits([[True], [True], [False]], [[True], [False], [False]], [1, 1, 1], ["a", "b", "c"])
    >>> two.precision.tolist(), two.recall.tolist(), two.f1.round(3).tolist(), two.support.tolist()
    ([1.0], [0.5], [0.667], [2])
    """
    g, f = np.asarray(gold, dtype=bool), np.asarray(found, dtype=bool)
    w = np.asarray(weight, dtype=float)
    if g.shape != f.shape or g.ndim != 2 or len(w) != len(g) or len(respondent) != len(g):
        raise ValueError(f"need a row per segment of labels, findings, weights; got {g.shape}, {f.shape}, {w.shape}")
    if not (w > 0).all():
        raise ValueError("a weight is one over a probability, so it is above 0; nothing was measured")
    both, either = w @ (g & f), w @ (g | f)
    _, hand = np.unique(np.asarray(respondent, dtype=str), return_inverse=True)
    by_hand = np.zeros((hand.max(initial=-1) + 1, g.shape[1]))
    np.add.at(by_hand, hand, w[:, None] * (g | f))
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = either**2 / (by_hand**2).sum(axis=0)
        share = np.minimum(both / either, 1.0)
        bounds = wilson(np.nan_to_num(share * effective), np.nan_to_num(effective))
        # rounding must not put the figure outside its own bounds
        low, high = np.fmin(bounds.low, share), np.fmax(bounds.high, share)
        return Hits(both / (w @ f), both / (w @ g), _f1(share), _f1(low), _f1(high), g.sum(axis=0))


def _f1(share: Floats) -> Floats:
    return 2 * share / (1 + share)
