"""Between which ranks something might stand, had chance fallen otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.statistics.intervals import Floats

DRAWS = 400
SEED = 20261122
_AT_ONCE = 2  # groups, on as many cores
_LEAST_SEVERITY = 1e-6  # keeps the order by share among those whose severity is 0


def rank_ranges(columns: Mapping[str, NDArray[Any]], *, draws: int = DRAWS, seed: int = SEED) -> dict[str, Floats]:
    """The middle 95 % of the ranks that each row takes within its group, over parametric bootstrap draws.

    A draw takes every share from its posterior and every severity from a normal around it, cut at 0, and ranks
    their products, largest first. A rank says less than a figure does: neighbours swap places easily (Goldstein and
    Spiegelhalter, "League tables and their limitations", JRSS A 159, 1996). A share's posterior is beta; it is drawn
    as a normal on the arcsine scale, where the spread hardly depends on the share (Anscombe, "The transformation of
    Poisson, binomial and negative-binomial data", Biometrika 35, 1948). All groups use the same seeded normals.

    Parameters
    ----------
    columns : mapping
        ``period_no``, ``source_no`` (a group, rows of one lie together), ``priority_rank`` (1 to k within it),
        ``shrunken_share`` (0 to 1, posterior mean), ``shrunken_base`` (above 0, posterior size), ``severity`` and
        ``severity_error``.

    Returns
    -------
    dict
        The first three columns, and ``low`` and ``high``: ranks, never on the wrong side of ``priority_rank``.

    >>> one = dict(period_no=[1, 1], source_no=[1, 1], priority_rank=[1, 2], shrunken_share=[0.3, 0.1],
    ...            shrunken_base=[5000, 5000], severity=[1, 1], severity_error=[0, 0])
    >>> told = rank_ranges({name: np.array(values, dtype=float) for name, values in one.items()})
    >>> told["low"].tolist(), told["high"].tolist()
    ([1.0, 2.0], [1.0, 2.0])
    """
    keys = {name: np.asarray(columns[name], dtype=float) for name in ("period_no", "source_no", "priority_rank")}
    rank = keys["priority_rank"]
    low, high = rank.copy(), rank.copy()
    starts = _starts(keys["period_no"], keys["source_no"])
    widest = max(map(len, np.split(rank, starts)), default=0)
    rng = np.random.default_rng(seed)
    normals = rng.standard_normal((2, draws, widest), dtype=np.float32)
    share, base, severity, error = (
        np.asarray(columns[name], dtype=np.float32)
        for name in ("shrunken_share", "shrunken_base", "severity", "severity_error")
    )

    def place(group: NDArray[np.intp]) -> None:
        of_share, of_severity = normals[:, :, : len(group)]
        priority = _shares(share[group], base[group], of_share) * np.maximum(
            severity[group] + error[group] * of_severity, _LEAST_SEVERITY
        )
        bottom, top = _middle(priority)
        low[group], high[group] = np.minimum(rank[group], bottom), np.maximum(rank[group], top)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(place, np.split(np.arange(len(rank)), starts)))  # the list raises what a group raised
    return {**keys, "low": low, "high": high}


def _starts(period: Floats, source: Floats) -> NDArray[np.intp]:
    """Where the second and later groups begin."""
    return np.flatnonzero((np.diff(period) != 0) | (np.diff(source) != 0)) + 1


def _shares(mean: NDArray[np.float32], size: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
    angle = np.arcsin(np.sqrt(mean)) + normals / (2 * np.sqrt(size + 1))
    return np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2, dtype=np.float32)


def _middle(priority: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The 2.5th and 97.5th percentile of each column's rank, the largest of a row being 1."""
    order = np.argsort(-priority, axis=1)
    ranks = np.empty_like(order, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1, dtype=np.int32)[None, :], axis=1)
    ranks.sort(axis=0)
    last = len(ranks) - 1
    return ranks[int(0.025 * last)].astype(float), ranks[-1 - int(0.025 * last)].astype(float)
