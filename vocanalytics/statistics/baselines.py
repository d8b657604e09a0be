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

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from vocanalytics.statistics.intervals import Floats

ALPHA = 0.01  # how often a week, or two weeks together, of a series without a spike lies above its bound
MIN_WEEKS, MIN_DAYS = 8, 28  # of baseline, without which nothing is judged
TREND_STEPS = 52
SEASON_STEPS = 104
YEAR = 365.25 / 7  # weeks
KINDS = ("too_short", "level", "trend", "seasonal")

_OUTBREAK = 2.58  # Anscombe residual from which a past week counts as an outbreak
_PRIOR_DEGREES = 10  # what the dispersion of all series together weighs against a series' own
_PER_COEFFICIENT = 10  # items a baseline needs for each coefficient beyond its level
_ROUNDS = 25
_CONVERGED = 1e-6


class Judged(NamedTuple):
    """Arrays of shape (n series,). NaN where the baseline is too short or a step judged has no volume."""

    expected: Floats  # items
    high: Floats  # most items that do not stand out: more happen by chance ALPHA of the time
    p_value: Floats  # chance of at least as many items as observed
    dispersion: Floats  # variance over mean of the baseline, 1 or more
    steps: NDArray[np.int64]  # weeks of baseline that had volume
    kind: NDArray[np.int64]  # index into KINDS


class _Fit(NamedTuple):
    beta: Floats  # (n, p)
    covariance: Floats  # (n, p, p) of beta, before dispersion
    mean: Floats  # (n, t) expected in each past step
    leverage: Floats  # (n, t)


class _Usual(NamedTuple):
    """What the baselines of the series of one kind say."""

    rows: NDArray[np.int64]
    kind: int
    beta: Floats
    covariance: Floats
    dispersion: Floats
    degrees: Floats


class Baselines(NamedTuple):
    steps: NDArray[np.int64]
    kind: NDArray[np.int64]
    usual: list[_Usual]


def unjudged(series: int) -> Judged:
    """Of series of which nothing may be said."""
    nothing, none = np.full(series, np.nan), np.zeros(series, dtype=np.int64)
    return Judged(nothing, nothing, nothing, nothing, none, none)


def judge(counts: ArrayLike, volume: ArrayLike, *, is_weekly: bool = True, ahead: int = 1) -> Judged:
    """Judge the last column of each series, or the sum of its last ``ahead`` columns, on the columns before.

    Parameters
    ----------
    counts : array, shape (n series, t)
        Negative items per step, oldest first.
    volume : array, shape (n series, t)
        Items counted in, on any scale. A step of volume 0 tells nothing and is passed over.
    is_weekly : bool
        Whether a step is a week. Otherwise the baseline is a level: a season of days is none we know.
    ahead : int
        How many steps are judged together.

    >>> past = [2, 3, 1, 2, 2, 4, 2, 3, 2]
    >>> judged = judge([[*past, 3], [*past, 12]], [[40] * 10, [40] * 10])
    >>> judged.expected.round(1).tolist(), judged.high.tolist(), judged.p_value.round(4).tolist()
    ([2.4, 2.4], [8.0, 8.0], [0.423, 0.0005])
    >>> judge([[*past, 12]], [[40] * 9 + [240]]).expected.round(1).tolist()  # six times the volume
    [14.3]
    >>> judge([[*past, 6, 6]], [[40] * 11], ahead=2).high.tolist()
    [12.0]

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
    past = baselines(y[:, :-ahead], n[:, :-ahead], is_weekly=is_weekly, pooled=True)
    return judged(past, y[:, -ahead:], n[:, -ahead:])


def baselines(y: Floats, n: Floats, *, is_weekly: bool, pooled: bool) -> Baselines:
    """What may be said of each series, and the regressions of those of which something may; as in `judge`.

    With ``pooled`` a series' dispersion is drawn towards that of all of them.
    """
    steps, items = (n > 0).sum(axis=1), (y * (n > 0)).sum(axis=1)
    kind = (steps >= (MIN_WEEKS if is_weekly else MIN_DAYS)).astype(np.int64)
    if is_weekly:
        kind[(kind == 1) & (steps >= TREND_STEPS) & (items >= 2 * _PER_COEFFICIENT)] = 2
        kind[(kind == 2) & (steps >= SEASON_STEPS) & (items >= 4 * _PER_COEFFICIENT)] = 3
    found = ((number, np.flatnonzero(kind == number)) for number in range(1, len(KINDS)))
    prior = _PRIOR_DEGREES if pooled else 0
    usual = [_usual(rows, number, y[rows], n[rows], prior) for number, rows in found if rows.size]
    return Baselines(steps, kind, usual)


def _usual(rows: NDArray[np.int64], kind: int, y: Floats, n: Floats, prior: int) -> _Usual:
    design = _design(np.arange(-n.shape[1], 0), kind)
    baseline = np.where(n > 0, y, 0.0) + 0.5 * n / n.sum(axis=1, keepdims=True)
    weight = (n > 0).astype(float)
    degrees = weight.sum(axis=1) - design.shape[1]
    fit = _fit(baseline, n, weight, design)
    weight = _without_outbreaks(baseline, fit, weight, _dispersion(baseline, fit, weight, degrees, prior))
    if (again := np.flatnonzero((weight != (n > 0)).any(axis=1))).size:
        for whole, part in zip(fit, _fit(baseline[again], n[again], weight[again], design), strict=True):
            whole[again] = part
    dispersion = _dispersion(baseline, fit, weight, degrees, prior)
    return _Usual(rows, kind, fit.beta, fit.covariance, dispersion, degrees + prior)


def judged(past: Baselines, y: Floats, n: Floats) -> Judged:
    """The steps of ``y`` together against what the baselines before them lead one to expect."""
    silent = (n == 0).any(axis=1)
    n = np.where(silent[:, None], 1.0, n)
    expected, high, p_value, dispersion = (np.full(len(y), np.nan) for _ in range(4))
    for usual in past.usual:
        design = _design(np.arange(n.shape[1]), usual.kind)
        mean = n[usual.rows] * np.exp(np.clip(usual.beta @ design.T, -40, 40))
        total = mean.sum(axis=1)
        slope = mean @ design / total[:, None]
        error = np.einsum("ni,nij,nj->n", slope, usual.covariance, slope)
        ratio = usual.dispersion * (1 + total * error)  # variance over mean of what may come
        size, count = total / (ratio - 1), y[usual.rows].sum(axis=1)
        p = special.betainc(np.maximum(count, 1e-9), size, 1 - 1 / ratio)
        level = 1 - special.ndtr(-special.stdtrit(usual.degrees, 1 - ALPHA))
        bound = np.ceil(special.nbdtrik(level, size, 1 / ratio) - 1e-9)
        told = special.stdtr(usual.degrees, special.ndtri(np.clip(p, 1e-300, 1 - 1e-16)))
        expected[usual.rows], high[usual.rows], dispersion[usual.rows] = total, np.maximum(bound, 0), usual.dispersion
        p_value[usual.rows] = np.where(count > 0, told, 1.0)
    for figures in (expected, high, p_value, dispersion):
        figures[silent] = np.nan
    return Judged(expected, high, p_value, dispersion, past.steps, np.where(silent, 0, past.kind))


def _design(age: NDArray[np.int64], kind: int) -> Floats:
    """One row per step; ``age`` 0 is the first step judged."""
    wave = 2 * np.pi * age / YEAR
    return np.stack([np.ones(len(age)), age / TREND_STEPS, np.sin(wave), np.cos(wave)][: (1, 2, 4)[kind - 1]], axis=1)


def _fit(y: Floats, n: Floats, weight: Floats, x: Floats) -> _Fit:
    """Quasi-Poisson regression with log link and offset log n, by Newton's method over all series at once."""
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
    covariance = np.asarray(np.linalg.inv(information), dtype=float)
    leverage = weight * mean * (covariance.reshape(len(y), -1) @ pairs.T)
    return _Fit(beta, covariance, mean, np.minimum(leverage, 0.99))


def _dispersion(y: Floats, fit: _Fit, weight: Floats, degrees: Floats, prior: int) -> Floats:
    """Pearson's estimate drawn towards that of all series together, at least 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.where(fit.mean > 0, weight * (y - fit.mean) ** 2 / fit.mean, 0.0).sum(axis=1)
    pooled = squares.sum() / degrees.sum()
    shared: Floats = (prior * pooled + squares) / (prior + degrees)
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
