"""Whether a share has changed: a test, an interval for the difference, and the correction for asking often."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from vocanalytics.statistics.intervals import Bounds, Floats, wilson

_CHUNK = 4096  # rows worked on at once, so that memory stays small however many cells there are


def share_change_p_value(count: ArrayLike, base: ArrayLike, prior_count: ArrayLike, prior_base: ArrayLike) -> Floats:
    """Two-sided p-value for "both shares are the same". NaN where a base is 0 or both shares are 0 (or both 1).

    The N-1 chi-squared test where every expected count is at least 1, else Fisher's exact test by Irwin's rule:
    Campbell, "Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample recommendations",
    Statistics in Medicine 26 (2007). Counts may be fractional (effective n); the exact test rounds them.

    >>> round(float(share_change_p_value(30, 200, 40, 600)), 5)
    0.00031
    >>> round(float(share_change_p_value(3, 40, 0, 400)), 5)  # expected under 1: exact
    0.0007
    """
    x1, n1, x0, n0 = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(a, dtype=float)) for a in (count, base, prior_count, prior_base))
    )
    total = n1 + n0
    rare = np.minimum(x1 + x0, total - x1 - x0)
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = (x1 * n0 - x0 * n1) ** 2 * (total - 1) / (n1 * n0 * (x1 + x0) * (total - x1 - x0))
        expected = np.minimum(n1, n0) * rare / total
    p = np.asarray(special.chdtrc(1, chi2), dtype=float)
    testable = (n1 > 0) & (n0 > 0) & (rare > 1e-9)
    p[~testable] = np.nan
    exact = np.flatnonzero(testable & (expected < 1))
    for rows in np.array_split(exact, range(_CHUNK, len(exact), _CHUNK)):
        p[rows] = _fisher_irwin(x1[rows], n1[rows], x0[rows], n0[rows])
    return p.reshape(np.broadcast_shapes(*(np.shape(a) for a in (count, base, prior_count, prior_base))))


def _fisher_irwin(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> Floats:
    x1, n1, x0, n0 = (np.rint(a) for a in (x1, n1, x0, n0))
    # failures are as good as successes: follow the rarer, in the smaller sample, so that the support stays short
    flip = x1 + x0 > n1 + n0 - x1 - x0
    x1, x0 = np.where(flip, n1 - x1, x1), np.where(flip, n0 - x0, x0)
    seen, drawn, rare, total = np.where(n1 <= n0, x1, x0), np.minimum(n1, n0), x1 + x0, n1 + n0
    longest = int(np.minimum(drawn, rare).max(initial=0))
    k = np.arange(longest + 1, dtype=float)[None, :]
    drawn, rare, total = (a[:, None] for a in (drawn, rare, total))
    with np.errstate(invalid="ignore"):
        log_p = _log_choose(rare, k) + _log_choose(total - rare, drawn - k) - _log_choose(total, drawn)
    p = np.where((k <= drawn) & (k <= rare) & (drawn - k <= total - rare), np.exp(log_p), 0.0)
    observed = np.take_along_axis(p, seen.astype(int)[:, None], axis=1)
    tail: Floats = np.where(p <= observed * (1 + 1e-7), p, 0.0).sum(axis=1)
    return np.minimum(tail, 1.0)


def _log_choose(n: Floats, k: Floats) -> Floats:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1), dtype=float)


def newcombe_difference(count: ArrayLike, base: ArrayLike, prior_count: ArrayLike, prior_base: ArrayLike) -> Bounds:
    """Bounds of share minus prior share, -1 to 1, from the two Wilson intervals.

    Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17 (1998), method 10.

    >>> low, high = newcombe_difference(56, 70, 48, 80)  # Newcombe's table II, (a)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    now, before = wilson(count, base), wilson(prior_count, prior_base)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1 = np.asarray(count, dtype=float) / np.asarray(base, dtype=float)
        p0 = np.asarray(prior_count, dtype=float) / np.asarray(prior_base, dtype=float)
    low = p1 - p0 - np.hypot(p1 - now.low, before.high - p0)
    high = p1 - p0 + np.hypot(now.high - p1, p0 - before.low)
    return Bounds(low, high)


def benjamini_hochberg(p_value: ArrayLike) -> Floats:
    """q-values of one family: among rows at or below a q, about that share are false alarms. NaN stays NaN, uncounted.

    Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995).

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_value, dtype=float)
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if ((p[tested] < 0) | (p[tested] > 1)).any():
        raise ValueError("a p-value must lie between 0 and 1; nothing was corrected")
    worst_first = tested[np.argsort(-p[tested], kind="stable")]
    ranks = np.arange(len(tested), 0, -1)
    q[worst_first] = np.minimum.accumulate(np.minimum(p[worst_first] * (len(tested) / ranks), 1.0))
    return q
