"""Driver analysis: the share of each mention in what all mentions explain of a score, with bounds and ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from vocanalytics.statistics.importance import entry_orders, lmg, variance_inflation
from vocanalytics.statistics.intervals import Floats

Columns = Mapping[str, NDArray[Any]]

_SEED = 20260101
_ORDERS = 1024  # of entry, for the estimate
_SAMPLE_ORDERS = 16  # for each bootstrap sample; the same ones for all, so that they cannot make ranks differ
_SAMPLES = 200
_BLOCKS = 400  # of customers, resampled whole; up to 400 customers, each is one
_AT_ONCE = 2  # models, on as many cores; each holds a design matrix of up to 50,000 rows
_LEAST = 30  # responses behind a month or a language of its own; rarer ones share one

_RESULT = {
    "driver_no": "int64", "share": "float64", "share_low": "float64", "share_high": "float64",
    "explained": "float64", "controls_explained": "float64", "variance_inflation": "float64",
    "driver_count": "int64", "rank": "int64", "rank_low": "int64", "rank_high": "int64",
}  # fmt: skip


def driver_estimates(columns: Columns) -> dict[str, NDArray[Any]]:
    """Shares and ranks of the drivers of every model (`model_no`, `level_no`).

    A model is the regression of the score on what is mentioned. Month, language and verbatim length are in it first,
    so what they explain is nobody's share. Bounds and rank ranges: 95 % percentiles of bootstrap samples of customers;
    above 400 customers, of as many random groups of them (Wolter, "Introduction to variance estimation", 2007, ch. 2),
    which leaves the bounds' width itself uncertain by some 4 % (1 / sqrt(2 x 400)). The estimate averages 1,024 orders
    of entry: on fifty correlated drivers shares then vary by about 0.1 points between seeds.

    Parameters
    ----------
    columns : mapping of arrays
        One row per response and driver it mentions: `model_no`, `level_no`, `response_no`, `driver_no` (-1: none),
        `respondent`, `score`, `month_no`, `language_no`, `verbatim_length`; a response's rows stand together.

    Returns
    -------
    dict of arrays
        One row per driver. `share` of what the drivers explain (0 to 1, together 1 in a model) with bounds;
        `explained` of the score's variance; `controls_explained`, what the controls do; `variance_inflation`; `rank`
        by share among `driver_count`, and between which it lies. NaN shares where there is nothing to explain.
    """
    # thousands of small matrices: threads of the linear algebra cost five times what they give
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(_AT_ONCE) as pool:
        made = list(pool.map(_model, _models(columns)))
    return {
        name: np.concatenate([np.array([], dtype=kind), *(model[name] for model in made)]).astype(kind)
        for name, kind in _RESULT.items()
    }


def _models(columns: Columns) -> Iterator[Columns]:
    level = columns["level_no"].astype(np.int64)
    model = columns["model_no"] * (level.max(initial=0) + 1) + level
    for number in np.unique(model):
        rows = np.flatnonzero(model == number)
        if (columns["driver_no"][rows] >= 0).any():
            yield {name: values[rows] for name, values in columns.items()}


def _model(rows: Columns) -> dict[str, NDArray[Any]]:
    drivers = np.unique(rows["driver_no"][rows["driver_no"] >= 0])
    design, controls, block = _design(rows, drivers)
    grams = _grams(design, block)
    rng = np.random.default_rng(_SEED)
    drawn = rng.multinomial(len(grams), np.full(len(grams), 1 / len(grams)), size=_SAMPLES)
    whole, left = partial_correlation(grams.sum(axis=0), controls)
    parts = lmg(whole, entry_orders(len(drivers), _ORDERS, seed=_SEED))
    resampled = np.maximum(parts + _deviations(grams, drawn, whole, controls), 0.0)
    share, shares = _normalised(parts), _normalised(resampled)
    ranks, rank = _ranks(shares), _ranks(share)
    low, high = np.nanpercentile(shares, [2.5, 97.5], axis=0) if np.isfinite(shares).any() else (share, share)
    rank_low, rank_high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
    count = len(drivers)
    return {
        "driver_no": drivers, "share": share, "share_low": np.fmin(low, share), "share_high": np.fmax(high, share),
        "explained": parts * left, "controls_explained": np.full(count, 1 - left),
        "variance_inflation": variance_inflation(whole[:-1, :-1]), "driver_count": np.full(count, count),
        "rank": rank, "rank_low": np.minimum(rank_low, rank), "rank_high": np.maximum(rank_high, rank),
    }  # fmt: skip


def _design(rows: Columns, drivers: NDArray[Any]) -> tuple[Floats, int, NDArray[Any]]:
    """Controls, mentions and score of each response; how many controls; the block its customer is in."""
    is_first = np.diff(rows["response_no"], prepend=-1) != 0
    first, response = np.flatnonzero(is_first), np.cumsum(is_first) - 1
    length, score = rows["verbatim_length"][first], rows["score"][first]
    controls = np.column_stack(
        [np.ones(len(first)), length - length.mean()]
        + [_dummies(rows[name][first]) for name in ("month_no", "language_no")]
    )
    mentions = np.zeros((len(first), len(drivers)))
    said = rows["driver_no"] >= 0
    mentions[response[said], np.searchsorted(drivers, rows["driver_no"][said])] = 1.0
    _, customer = np.unique(rows["respondent"][first], return_inverse=True)
    block = np.random.default_rng(_SEED).permutation(customer.max() + 1)[customer] % _BLOCKS
    return np.column_stack([controls, mentions, score - score.mean()]), controls.shape[1], block


def _dummies(level: NDArray[Any]) -> Floats:
    """A column of 0 and 1 for each level that is not rare."""
    levels, count = np.unique(level, return_counts=True)
    return np.asarray(level[:, None] == levels[count >= _LEAST], dtype=float)


def _grams(design: Floats, block: NDArray[Any]) -> Floats:
    """Sums of products within each block: all that resampling blocks needs."""
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    return np.stack([some.T @ some for some in np.split(design[order], starts[1:])])


def partial_correlation(gram: Floats, controls: int) -> tuple[Floats, float]:
    """Correlations freed of the first ``controls`` columns (of which one is constant), and the share of the last
    column's variance left to explain (NaN where it has none).

    A column that the controls determine keeps no correlation. Frisch and Waugh, "Partial time regressions as compared
    with individual trends", Econometrica 1 (1933).
    """
    within, across = gram[:controls, :controls], gram[:controls, controls:]
    left = gram[controls:, controls:] - across.T @ np.linalg.pinv(within, rcond=1e-10, hermitian=True) @ across
    variance, before = np.diag(left), np.diag(gram)[controls:]
    alive = variance > 1e-9 * np.maximum(before, 1e-300)
    deviation = np.sqrt(np.where(alive, variance, 1.0))
    correlation = np.where(np.outer(alive, alive), left / np.outer(deviation, deviation), 0.0)
    np.fill_diagonal(correlation, 1.0)
    total = before[-1] - gram[0, -1] ** 2 / gram[0, 0]
    return correlation, float(np.clip(variance[-1] / total, 0.0, 1.0)) if total > 0 else np.nan


def _deviations(grams: Floats, drawn: NDArray[Any], whole: Floats, controls: int) -> Floats:
    """By how much each bootstrap sample's parts differ from the whole's."""
    orders = entry_orders(len(whole) - 1, _SAMPLE_ORDERS, seed=_SEED)
    samples = np.tensordot(drawn.astype(float), grams, axes=1)
    parts = [lmg(partial_correlation(sample, controls)[0], orders) for sample in samples]
    return np.stack(parts) - lmg(whole, orders)


def _normalised(parts: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        total = parts.sum(axis=-1, keepdims=True)
        return np.asarray(np.where(total > 1e-12, parts / total, np.nan), dtype=float)


def _ranks(share: Floats) -> NDArray[Any]:
    """1 for the largest, along the last axis."""
    return np.argsort(np.argsort(-share, axis=-1, kind="stable"), axis=-1, kind="stable") + 1
