"""95 % bounds for shares, net scores and means: pure functions on arrays, none of them a loop over rows.

The published tables use the same formulas as SQL macros (``vocanalytics/insights/macros.sql``), so that an analyst can
read them there; a test holds the two to each other. Bases may be fractional: an effective n (Kish 1965) usually is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Z_95 = 1.959963984540054  # normal quantile of 0.975

Floats = NDArray[np.float64]


class Bounds(NamedTuple):
    low: Floats
    high: Floats


def wilson(count: ArrayLike, base: ArrayLike) -> Bounds:
    """Bounds of a share, 0 to 1; never outside, and never of zero width at 0 or 1. NaN where ``base`` is 0.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    >>> low, high = wilson(15, 148)  # 10.1 %
    >>> round(float(low), 4), round(float(high), 4)
    (0.0624, 0.1605)
    """
    x, n = _counts(count, base)
    z2 = Z_95**2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        centre = share + z2 / (2 * n)
        reach = Z_95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
        low, high = (centre - reach) / (1 + z2 / n), (centre + reach) / (1 + z2 / n)
    return Bounds(np.clip(low, 0, 1), np.clip(high, 0, 1))


def nps(promoters: ArrayLike, detractors: ArrayLike, base: ArrayLike) -> Bounds:
    """Bounds of a Net Promoter Score, -100 to 100: adjusted Wald, 3/4 added to either end and 3 to the base,
    drawn to the score itself where it would lie outside.

    Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016), arXiv 1601.07235.

    >>> low, high = nps(5, 1, 10)  # NPS +40
    >>> round(float(low), 1), round(float(high), 1)
    (-7.0, 68.5)
    """
    for_, n = _counts(promoters, base)
    against, _ = _counts(detractors, base)
    if (for_ + against > n * (1 + 1e-9)).any():
        raise ValueError("promoters and detractors together exceed the base; nothing was computed")
    with np.errstate(divide="ignore", invalid="ignore"):
        up, down = (for_ + 0.75) / (n + 3), (against + 0.75) / (n + 3)
        reach = Z_95 * np.sqrt((up + down - (up - down) ** 2) / (n + 3))
        figure = (for_ - against) / n
    # of one or two answers the shifted interval may leave out the figure itself
    sides = np.minimum(figure, up - down - reach), np.maximum(figure, up - down + reach)
    return Bounds(*(np.where(n > 0, np.clip(side, -1, 1) * 100, np.nan) for side in sides))


def net_sentiment(positive: ArrayLike, negative: ArrayLike, base: ArrayLike) -> Bounds:
    """Bounds of a net sentiment, -100 to 100; mixed and neutral items are in the base and in neither share.

    Three outcomes, so the trinomial of the Net Promoter Score, with the same adjustment (Rocks 2016): without it
    ten positive items out of ten would look certain.

    >>> low, high = net_sentiment(10, 0, 10)
    >>> round(float(low), 1), round(float(high), 1)
    (47.5, 100.0)
    """
    return nps(positive, negative, base)


def student_quantile(degrees: ArrayLike) -> Floats:
    """How many standard errors a mean's 95 % bounds lie from it. NaN at or below 0 degrees of freedom.

    "Student", "The probable error of a mean", Biometrika 6 (1908).

    >>> round(float(student_quantile(9)), 3)
    2.262
    """
    degrees = np.asarray(degrees, dtype=float)
    return np.asarray(special.stdtrit(np.where(degrees > 0, degrees, np.nan), 0.975), dtype=float)


def normal_p_value(z: ArrayLike) -> Floats:
    """Two-sided tail of the standard normal beyond ``z``.

    >>> round(float(normal_p_value(-1.96)), 3)
    0.05
    """
    return np.asarray(2 * special.ndtr(-np.abs(np.asarray(z, dtype=float))), dtype=float)


def student_p_value(t: ArrayLike, degrees: ArrayLike) -> Floats:
    """Two-sided tail of Student's distribution beyond ``t``. NaN at or below 0 degrees of freedom.

    Degrees may be fractional: of the difference of two means they are those of Welch, "The generalization of
    'Student's' problem when several different population variances are involved", Biometrika 34 (1947).

    >>> round(float(student_p_value(-2.262, 9)), 3)
    0.05
    """
    degrees = np.asarray(degrees, dtype=float)
    beyond = -np.abs(np.asarray(t, dtype=float))
    return np.asarray(2 * special.stdtr(np.where(degrees > 0, degrees, np.nan), beyond), dtype=float)


def _counts(count: ArrayLike, base: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.asarray(count, dtype=float), np.asarray(base, dtype=float)
    if (x < 0).any() or (x > n * (1 + 1e-9)).any():
        raise ValueError("a count must lie between 0 and its base; nothing was computed")
    return x, n
