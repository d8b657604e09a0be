"""Shares worth more than their raw count: corrected by an audit, or steadied by their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vocanalytics.statistics.intervals import Floats, net_sentiment


class CorrectedShare(NamedTuple):
    share: float
    low: float
    high: float


def corrected_share(
    predicted: float, gold: ArrayLike, found: ArrayLike, weight: ArrayLike, respondent: Sequence[object]
) -> CorrectedShare:
    """A model's share of a label plus what an audit says it misses minus what it makes up; 0 to 1, with 95 % bounds.

    The difference estimator of survey sampling (Särndal, Swensson and Wretman, "Model assisted survey sampling",
    1992, chapter 6), known as prediction-powered inference (Angelopoulos et al., Science 382, 2023): right on average
    however wrong the model is, and the surer the better the model. The model has read everything, so only the audit is
    uncertain: missed (+1), made up (-1) or right (0) is a trinomial, bounded as a net score (Rocks 2016) on the
    effective n of Kish (1965), because weights differ and one respondent's segments are alike.

    Parameters
    ----------
    predicted : float
        Share of all segments that the model gives the label.
    gold, found : array of bool, shape (n audited,)
        Whether people, and whether the model, gave it.
    weight : array of float, shape (n audited,)
        One over the probability of having been drawn.

    >>> told = corrected_share(0.2, [True] * 12 + [False] * 88, [True] * 10 + [False] * 90, [1] * 100, range(100))
    >>> [round(value, 3) for value in told]
    [0.22, 0.184, 0.255]
    """
    g, f, w = np.asarray(gold, dtype=bool), np.asarray(found, dtype=bool), np.asarray(weight, dtype=float)
    if not len(g) == len(f) == len(w) == len(respondent) or not len(g):
        raise ValueError("need a verdict, a finding and a weight for each audited segment; nothing was corrected")
    _, hand = np.unique(np.asarray(respondent, dtype=str), return_inverse=True)
    effective = w.sum() ** 2 / (np.bincount(hand, weights=w) ** 2).sum()
    missed, wrong = w @ (g & ~f) / w.sum(), w @ (f & ~g) / w.sum()
    low, high = net_sentiment(missed * effective, wrong * effective, effective)
    told = (predicted + missed - wrong, predicted + low / 100, predicted + high / 100)
    return CorrectedShare(*(float(np.clip(value, 0, 1)) for value in told))


def shrunken_shares(share: ArrayLike, base: float, cells: int) -> Floats:
    """Posterior means of shares on one base, drawn towards the mean of all ``cells``; those not given were 0.

    Empirical Bayes with a beta prior fitted by moments: Kleinman, "Proportions with extraneous variance: single and
    independent samples", JASA 68 (1973).

    Parameters
    ----------
    share : array of float, 0 to 1
    base : float
        Behind each of them; may be an effective n.
    cells : int
        At least as many as shares, and at least 2.

    >>> shrunken_shares([0.09, 0.08, 0.02], 100, 20).round(4).tolist()
    [0.0797, 0.071, 0.0187]
    """
    p = np.asarray(share, dtype=float)
    if cells < max(2, p.size):
        raise ValueError(f"need at least two cells and as many as shares; got {cells} for {p.size}; nothing was drawn")
    mean = p.sum() / cells
    variance = max((p**2).sum() - cells * mean**2, 0.0) / (cells - 1)
    own = (variance * base / (mean * (1 - mean)) - 1) / (base - 1) if base > 1 and 0 < mean < 1 else 0.0
    strength = 1 / np.clip(own, 1e-6, 0.999999) - 1
    return np.asarray((mean * strength + p * base) / (strength + base), dtype=float)
