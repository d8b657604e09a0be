"""How much of a change is who was heard, and how much is what they said."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Parts(NamedTuple):
    """``entry + exit + mix + rate`` is the change; NaN where no stratum is heard on both sides."""

    entry: float
    exit: float
    mix: float
    rate: float


def midpoint_parts(level: ArrayLike, count: ArrayLike, prior_level: ArrayLike, prior_count: ArrayLike) -> Parts:
    """Split the change of a mean over strata that carry it.

    Kitagawa, "Components of a difference between two rates", JASA 50 (1955), in the two-factor form without an order
    of factors of Das Gupta, "Standardization and decomposition of rates", US Census Bureau P23-186 (1993), which is
    the Shapley value of mix and rate. A stratum heard on one side only has no other figure to be compared with: what
    it does to the figure of its own side is entry or exit.

    Parameters
    ----------
    level, prior_level : array of float, shape (n strata,)
        The figure within each stratum; not looked at where the count is 0.
    count, prior_count : array of float, shape (n strata,)
        How many stand behind it.

    Raises
    ------
    ValueError
        Nothing was counted on one of the sides, so there is no figure to be split.

    >>> parts = midpoint_parts([30, 10], [20, 20], [30, 10], [40, 10])  # the same words, from another mix
    >>> round(parts.mix, 9), parts.rate
    (-6.0, 0.0)
    """
    n1, n0 = np.asarray(count, dtype=float), np.asarray(prior_count, dtype=float)
    if not n1.sum() or not n0.sum():
        raise ValueError("need something counted on both sides; nothing was split")
    r1 = np.where(n1 > 0, np.asarray(level, dtype=float), 0.0)
    r0 = np.where(n0 > 0, np.asarray(prior_level, dtype=float), 0.0)
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return Parts(np.nan, np.nan, np.nan, np.nan)
    w1, w0 = n1[both] / n1[both].sum(), n0[both] / n0[both].sum()
    common, prior_common = w1 @ r1[both], w0 @ r0[both]
    return Parts(
        float(n1 @ r1 / n1.sum() - common),
        float(prior_common - n0 @ r0 / n0.sum()),
        float((w1 - w0) @ (r1[both] + r0[both]) / 2),
        float((w1 + w0) @ (r1[both] - r0[both]) / 2),
    )
