"""Whether this week's count is more than the weeks before it lead one to expect, for thousands of series at once.

The improved Farrington algorithm of public health surveillance: Noufaily, Enki, Farrington, Garthwaite, Andrews and
Charlett, "An improved algorithm for outbreak detection in multiple surveillance systems", Statistics in Medicine 32
(2013), after Farrington, Andrews, Beale and Catchpole, JRSS A 159 (1996). A quasi-Poisson regression of a series on
its own past, with the volume it is counted in as offset; past outbreaks weighted down by their Anscombe residuals;
a negative binomial for the week in question. Differences from the paper, each because feedback has a year of history
where laboratories have five:

- a week is judged on all weeks before it, not on those half a year back;
- season is one annual sine wave, not ten levels (Serfling, "Methods for current statistical analysis of excess
  pneumonia-influenza deaths", Public Health Reports 78, 1963);
- half an item is added to the baseline, spread like its volume, so that silence is no certainty (Jeffreys 1946);
- the error of the fitted mean is part of the negative binomial's variance, and the bound is as much wider as
  Student's quantile is than the normal one, because the dispersion is estimated too;
- a dispersion from a few weeks is worth little, so it is drawn towards that of all series judged together (Lund,
  Nettleton, McCarthy and Smyth, Statistical Applications in Genetics and Molecular Biology 11, 2012).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from vocanalytics.statistics.intervals import Floats

ALPHA = 0.015  # how often a series without a spike lies above its bound
MIN_WEEKS, MIN_DAYS = 8, 28  # of baseline, without which nothing is judged
TREND_STEPS = 52
SEASON_STEPS = 104
YEAR = 365.25 / 7  # weeks
KINDS = ("too_short", "level", "trend", "seasonal")
# of weeks, of days: how many of the latest are judged, and on how many before them at most
SPAN = {True: (26, 156), False: (28, 84)}

_OUTBREAK = 2.58  # Anscombe residual from which a past week counts as an outbreak
_PRIOR_DEGREES = 10  # what the dispersion of all series together weighs against a series' own
_PER_COEFFICIENT = 10  # items a baseline needs for each coefficient beyond its level
_ROUNDS = 25
_CONVERGED = 1e-6


class Judged(NamedTuple):
    """Arrays of shape (n series,). NaN where the baseline is too short or the week has no volume."""

    expected: Floats  # items
    high: Floats  # most items that do not stand out: more happen by chance ALPHA of the time
    p_value: Floats  # chance of at least as many items as observed
    dispersion: Floats  # variance over mean of the baseline, 1 or more
    steps: NDArray[np.int64]  # weeks of baseline that had volume
    kind: NDArray[np.int64]  # index into KINDS


class _Fit(NamedTuple):
    mean: Floats  # (n, t) expected in each past step
    expected: Floats  # (n,) in the step judged
    error: Floats  # (n,) variance of the log of `expected`, before dispersion
    leverage: Floats  # (n, t)


def spike_tests(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The latest weeks and days of many series, each judged on those before it; a procedure of the published tables.

    Parameters
    ----------
    columns : mapping
        ``series_no``, ``period_on``, ``is_weekly``, ``negative_item_count`` and ``volume``, sorted by the first two;
        every series of weeks has the same weeks, every series of days the same days.

    Returns
    -------
    dict
        ``series_no``, ``period_on``, the fields of `Judged` with ``kind`` in words, ``heard`` (items in baseline and
        step together) and ``alpha``.
    """
    weekly = columns["is_weekly"].astype(bool)
    parts = [
        part
        for is_weekly in SPAN
        if (weekly == is_weekly).any()
        for part in _latest({name: values[weekly == is_weekly] for name, values in columns.items()}, is_weekly)
    ]
    return {name: np.concatenate([part[name] for part in (_nothing(columns), *parts)]) for name in _nothing(columns)}


def _latest(columns: Mapping[str, NDArray[Any]], is_weekly: bool) -> Iterator[dict[str, NDArray[Any]]]:
    steps = len(np.unique(columns["period_on"]))
    grids = {name: values.reshape(-1, steps) for name, values in columns.items()}
    judged, reach = SPAN[is_weekly]
    for at in range(max(steps - judged, 0), steps):
        seen = slice(max(at - reach, 0), at + 1)
        counts, volume = grids["negative_item_count"][:, seen], grids["volume"][:, seen]
        found = judge(counts, volume, is_weekly=is_weekly)._asdict()
        yield {
            "series_no": grids["series_no"][:, at],
            "period_on": grids["period_on"][:, at],
            **found,
            "kind": np.array(KINDS)[found["kind"]],
            "heard": np.where(volume > 0, counts, 0).sum(axis=1),
            "alpha": np.full(len(counts), ALPHA),
        }


def _nothing(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """No rows of the right types."""
    empty = judge(np.empty((0, 1)), np.empty((0, 1)))._asdict()
    keys = {name: columns[name][:0] for name in ("series_no", "period_on")}
    return {**keys, **empty, "kind": np.array([], dtype=str), "heard": np.empty(0), "alpha": np.empty(0)}


def judge(counts: ArrayLike, volume: ArrayLike, *, is_weekly: bool = True) -> Judged:
    """Judge the last column of each series on the columns before it.

    Parameters
    ----------
    counts : array, shape (n series, t)
        Negative items per step, oldest first.
    volume : array, shape (n series, t)
        Items counted in, on any scale. A step of volume 0 tells nothing and is passed over.
    is_weekly : bool
        Whether a step is a week. Otherwise the baseline is a level: a season of days is none we know.

    >>> past = [2, 3, 1, 2, 2, 4, 2, 3, 2]
    >>> judged = judge([[*past, 3], [*past, 12]], [[40] * 10, [40] * 10])
    >>> judged.expected.round(1).tolist(), judged.high.tolist(), judged.p_value.round(4).tolist()
    ([2.4, 2.4], [7.0, 7.0], [0.423, 0.0005])
    >>> judge([[*past, 12]], [[40] * 9 + [240]]).expected.round(1).tolist()  # six times the volume
    [14.3]

    Raises
    ------
    ValueError
        The arrays differ in shape, or something in them is negative.
    """
    y, n = np.asarray(counts, dtype=float), np.asarray(volume, dtype=float)
    if y.shape != n.shape or y.ndim != 2:
        raise ValueError(f"need a volume for each count, one row per series; got {y.shape} and {n.shape}")
    if (y < 0).any() or (n < 0).any():
        raise ValueError("counts and volumes are never negative; nothing was judged")
    kind, steps = _kinds(y[:, :-1], n, is_weekly)
    expected, high, p_value, dispersion = (np.full(len(y), np.nan) for _ in range(4))
    for number in range(1, len(KINDS)):
        if (rows := np.flatnonzero(kind == number)).size:
            expected[rows], high[rows], p_value[rows], dispersion[rows] = _judge_alike(y[rows], n[rows], number)
    return Judged(expected, high, p_value, dispersion, steps, kind)


def _kinds(past: Floats, volume: Floats, is_weekly: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What the history of each series allows, and how many steps it has."""
    steps, items = (volume[:, :-1] > 0).sum(axis=1), (past * (volume[:, :-1] > 0)).sum(axis=1)
    kind = ((steps >= (MIN_WEEKS if is_weekly else MIN_DAYS)) & (volume[:, -1] > 0)).astype(np.int64)
    if is_weekly:
        kind[(kind == 1) & (steps >= TREND_STEPS) & (items >= 2 * _PER_COEFFICIENT)] = 2
        kind[(kind == 2) & (steps >= SEASON_STEPS) & (items >= 4 * _PER_COEFFICIENT)] = 3
    return kind, steps


def _judge_alike(y: Floats, n: Floats, kind: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Series of one kind: expected, high, p-value and dispersion."""
    design = _design(n.shape[1], kind)
    past = np.where(n[:, :-1] > 0, n[:, :-1], 0.0)
    total = past.sum(axis=1, keepdims=True)
    baseline = np.where(past > 0, y[:, :-1], 0.0) + 0.5 * past / total
    weight = (past > 0).astype(float)
    degrees = weight.sum(axis=1) - design.shape[1]
    fit = _fit(baseline, past, weight, n[:, -1], design)
    weight = _without_outbreaks(baseline, fit, weight, _dispersion(baseline, fit, weight, degrees))
    if (rows := np.flatnonzero((weight != (past > 0)).any(axis=1))).size:
        for whole, again in zip(fit, _fit(baseline[rows], past[rows], weight[rows], n[rows, -1], design), strict=True):
            whole[rows] = again
    dispersion = _dispersion(baseline, fit, weight, degrees)
    ratio = dispersion * (1 + fit.expected * fit.error)  # variance over mean of what may come
    size = fit.expected / (ratio - 1)
    p = special.betainc(np.maximum(y[:, -1], 1e-9), size, 1 - 1 / ratio)
    degrees += _PRIOR_DEGREES
    high = np.ceil(special.nbdtrik(1 - special.ndtr(-special.stdtrit(degrees, 1 - ALPHA)), size, 1 / ratio) - 1e-9)
    p_value = np.where(y[:, -1] > 0, special.stdtr(degrees, special.ndtri(np.clip(p, 1e-300, 1 - 1e-16))), 1.0)
    return fit.expected, np.maximum(high, 0.0), p_value, dispersion


def _design(steps: int, kind: int) -> Floats:
    """One row per step, the last for the step judged, which is the origin of time."""
    age = np.arange(steps) - (steps - 1.0)
    wave = 2 * np.pi * age / YEAR
    return np.stack([np.ones(steps), age / TREND_STEPS, np.sin(wave), np.cos(wave)][: (1, 2, 4)[kind - 1]], axis=1)


def _fit(y: Floats, n: Floats, weight: Floats, n_now: Floats, design: Floats) -> _Fit:
    """Quasi-Poisson regression with log link and offset log n, by Newton's method over all series at once."""
    x, now = design[:-1], design[-1]
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    beta = np.zeros((len(y), x.shape[1]))
    beta[:, 0] = np.log((weight * y).sum(axis=1) / (weight * n).sum(axis=1))
    for _ in range(_ROUNDS if x.shape[1] > 1 else 1):
        mean = n * np.exp(np.clip(beta @ x.T, -40, 40))
        information = ((weight * mean) @ pairs).reshape(len(y), x.shape[1], x.shape[1])
        step = np.linalg.solve(information, ((weight * (y - mean)) @ x)[:, :, None])[:, :, 0]
        beta += np.clip(step, -3, 3)
        if np.abs(step).max() < _CONVERGED:
            break
    covariance = np.linalg.inv(information)
    leverage = weight * mean * (covariance.reshape(len(y), -1) @ pairs.T)
    error = np.einsum("i,nij,j->n", now, covariance, now)
    return _Fit(mean, n_now * np.exp(np.clip(beta @ now, -40, 40)), error, np.minimum(leverage, 0.99))


def _dispersion(y: Floats, fit: _Fit, weight: Floats, degrees: Floats) -> Floats:
    """Pearson's estimate drawn towards that of all series together, at least 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(fit.mean > 0, weight * (y - fit.mean) ** 2 / fit.mean, 0.0).sum(axis=1)
    pooled = squares.sum() / degrees.sum()
    shared: Floats = (_PRIOR_DEGREES * pooled + squares) / (_PRIOR_DEGREES + degrees)
    return np.maximum(shared, 1.0)


def _without_outbreaks(y: Floats, fit: _Fit, weight: Floats, dispersion: Floats) -> Floats:
    """Weights that sum to the number of steps, small where a step stood far above its mean."""
    # an Anscombe residual is smaller than Pearson's, which is cheaper to look at first
    far = y - fit.mean > _OUTBREAK * np.sqrt(dispersion[:, None] * fit.mean * (1 - fit.leverage))
    row, step = np.nonzero(far & (weight > 0))
    mean, spread = fit.mean[row, step], dispersion[row] * (1 - fit.leverage[row, step])
    residual = 1.5 * (np.cbrt(y[row, step]) ** 2 / np.sqrt(np.cbrt(mean)) - np.sqrt(mean)) / np.sqrt(spread)
    lowered = weight.copy()
    lowered[row, step] = np.where(residual > _OUTBREAK, residual**-2.0, 1.0)
    lowered *= weight.sum(axis=1, keepdims=True) / lowered.sum(axis=1, keepdims=True)
    return lowered
