"""Spikes of complaints and of volume: the latest weeks and days of thousands of series, each judged on its own past.

A week is judged twice, alone and together with the one before it, because an outbreak seldom keeps to a week: of one
spread log-normally as in Noufaily et al. 2013 the first week holds half, the first two 92 %. The two p-values are
joined after Simes, "An improved Bonferroni procedure for multiple tests of significance", Biometrika 73 (1986).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from vocanalytics.statistics.baselines import ALPHA, KINDS, Judged, baselines, judged, unjudged
from vocanalytics.statistics.intervals import Floats

# of weeks, of days: how many of the latest are judged, and on how many before them at most
SPAN = {True: (26, 156), False: (28, 84)}

_KEYS = ("series_no", "period_on")
_AT_ONCE = 2  # weeks or days, on as many cores
_WEEKDAY_PRIOR = 4  # average days that are added to those of each weekday


def spike_tests(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The latest weeks and days of many series, each judged on those before it; a procedure of the published tables.

    Parameters
    ----------
    columns : mapping
        ``series_no``, ``period_on``, ``is_weekly``, ``is_plain``, ``item_count`` and ``volume``, sorted by the first
        two; every series of weeks has the same weeks, every series of days the same days. Plain series are counts of
        a whole source: nothing to pool their dispersions for, and on days each weekday has its own level.

    Returns
    -------
    dict
        ``series_no``, ``period_on``, the fields of `Judged` with ``kind`` in words, ``heard`` (items in baseline and
        step together), ``two_expected`` and ``two_high`` of a week and the one before it together (NaN for days),
        ``p_value`` of both tests together after Simes, and ``alpha``, that of all the tests made.
    """
    weekly, plain = (columns[name].astype(bool) for name in ("is_weekly", "is_plain"))
    parts = [
        part
        for is_weekly, is_plain in product(SPAN, (False, True))
        if (chosen := (weekly == is_weekly) & (plain == is_plain)).any()
        for part in _latest({name: values[chosen] for name, values in columns.items()}, is_weekly, is_plain)
    ]
    return {name: np.concatenate([part[name] for part in (_nothing(columns), *parts)]) for name in _nothing(columns)}


def _latest(columns: Mapping[str, NDArray[Any]], is_weekly: bool, is_plain: bool) -> Iterator[dict[str, NDArray[Any]]]:
    steps = len(np.unique(columns["period_on"]))
    grids = {name: values.reshape(-1, steps) for name, values in columns.items()}
    first = max(steps - SPAN[is_weekly][0], 0)
    # what precedes a week judges it, and it and the next one together
    judging = partial(_judged_at, grids["item_count"], grids["volume"], is_weekly=is_weekly, is_plain=is_plain)
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(judging, range(max(first - 1, 0), steps)))
    two = unjudged(len(grids["series_no"]))
    for at, (alone, heard, following) in enumerate(found, start=steps - len(found)):
        if at >= first:
            yield {name: grids[name][:, at] for name in _KEYS} | _row(alone, two, heard)
        two = following or two


def _judged_at(
    counts: Floats, volume: Floats, at: int, *, is_weekly: bool, is_plain: bool
) -> tuple[Judged, Floats, Judged | None]:
    """Step ``at`` of each series; the items it and its baseline heard; of weeks, it and the next one together."""
    reach = SPAN[is_weekly][1]
    seen, now = slice(max(at - reach, 0), at + 2 if is_weekly else at + 1), min(at, reach)
    counts, volume = counts[:, seen], volume[:, seen]
    heard = np.where(volume > 0, counts, 0)[:, : now + 1].sum(axis=1)
    if is_plain and not is_weekly:
        volume = volume * _weekday_levels(counts[:, :now], volume[:, :now], counts.shape[1])
    past = baselines(counts[:, :now], volume[:, :now], is_weekly=is_weekly, pooled=not is_plain)
    alone = judged(past, counts[:, now : now + 1], volume[:, now : now + 1])
    return alone, heard, judged(past, counts[:, now:], volume[:, now:]) if counts.shape[1] > now + 1 else None


def _row(alone: Judged, two: Judged, heard: Floats) -> dict[str, NDArray[Any]]:
    both = ~np.isnan(alone.p_value + two.p_value)
    least, most = np.fmin(alone.p_value, two.p_value), np.fmax(alone.p_value, two.p_value)
    return {
        **alone._asdict(),
        "p_value": np.where(both, np.minimum(2 * least, most), alone.p_value),
        "kind": np.array(KINDS)[alone.kind],
        "heard": heard,
        "two_expected": np.where(both, two.expected, np.nan),
        "two_high": np.where(both, two.high, np.nan),
        "alpha": ALPHA * (1.0 + both),
    }


def _nothing(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """No rows of the right types."""
    none = _row(unjudged(0), unjudged(0), np.empty(0))
    return {name: columns[name][:0] for name in _KEYS} | none | {"kind": np.array([], dtype=str)}


def _weekday_levels(y: Floats, n: Floats, days: int) -> Floats:
    """How much of an average day each of ``days`` days is, the first of them that of ``y``; drawn towards one."""
    weekday = np.eye(7)[np.arange(days) % 7]
    known = (n > 0).astype(float)
    usual = (y * known).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    items, seen = ((values @ weekday[: y.shape[1]]) for values in (y * known, known))
    levels = (items + _WEEKDAY_PRIOR * usual) / np.where(usual > 0, (seen + _WEEKDAY_PRIOR) * usual, 1)
    whole: Floats = np.where(usual > 0, levels, 1.0) @ weekday.T
    return whole
