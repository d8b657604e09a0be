"""Weights that let a survey's answers stand for the people it was sent to, as far as the company knows those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vocanalytics.statistics.intervals import Floats

LEAST_ANSWERS = 5  # of a category, for its share to be met
MOST_MISSING = 0.2  # of the population, in categories that cannot be met
BOUNDS = (0.2, 5.0)  # of a weight, in average weights

_ROUNDS = 200
_CLOSE = 1e-7  # largest step of a last round, relative


class _Margin(NamedTuple):
    code: NDArray[np.intp]  # of each cell; one past the last category where it has none that can be met
    target: Floats  # of each category, adding up to 1; NaN where it cannot be met


def rake(
    count: ArrayLike, category: ArrayLike, share: Sequence[ArrayLike], *, bounds: tuple[float, float] = BOUNDS
) -> Floats:
    """One weight for each kind of answer, so that every dimension's categories weigh what they do in the population.

    Iterative proportional fitting: Deming and Stephan, "On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known", Annals of Mathematical Statistics 11 (1940). Weights outside ``bounds`` are
    cut to them and all are scaled to an average of 1 again, until both hold (after Potter, "A study of procedures to
    identify and trim extreme sampling weights", Proceedings of the ASA Section on Survey Research Methods, 1990); after
    a cut the margins are met only nearly.

    A category with a share of 0 or fewer than `LEAST_ANSWERS` answers cannot be met: the other shares of its dimension
    are scaled up to 1. Answers in it, and answers without a category, are not weighted by that dimension, and the
    shares hold among the rest.

    Parameters
    ----------
    count : array of float, shape (cells,)
        Answers of each kind, above 0.
    category : array of int, shape (cells, dimensions)
        From 0; -1 where the answers do not tell.
    share : sequence of arrays of float, one for each dimension
        Share of the population in each category, 0 to 1. What they lack to 1 is in categories nobody is in.
    bounds : pair of float
        Smallest and largest weight, at most and at least 1; (0, inf) cuts nothing.

    Returns
    -------
    array of float, shape (cells,)
        Above 0, with an average of 1 over all answers. NaN throughout where more than `MOST_MISSING` of the population
        is in categories that cannot be met, or where no weights meet all dimensions (fitting does not come to rest).

    Raises
    ------
    ValueError
        A count that is not above 0, a share below 0, shares beyond 1 together, or a category without a share.

    >>> rake([40, 20, 20, 20], [[0, 0], [0, 1], [1, 0], [1, 1]], [[0.5, 0.5], [0.5, 0.5]]).round(3)
    array([0.732, 1.036, 1.036, 1.464])
    """
    count, category = np.asarray(count, dtype=float), np.asarray(category, dtype=np.intp)
    shares = [np.asarray(one, dtype=float) for one in share]
    _require_sound(count, category, shares)
    margins = [_margin(count, code, one) for code, one in zip(category.T, shares, strict=True)]
    if not all(_is_known(margin, one) for margin, one in zip(margins, shares, strict=True)):
        return np.full(len(count), np.nan)
    return _trimmed(_fitted(count, margins), count, bounds)


def raked_weights(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The weights of many sets of answers, each raked by itself; a procedure of the published tables.

    Parameters
    ----------
    columns : mapping
        ``score_no`` (a set of answers), ``profile_no`` (a kind of answer), ``answer_count``, ``dimension_no``,
        ``category_no`` (-1: not told) and ``share`` (of that category in the population, 0 for -1), sorted by the
        first two and ``dimension_no``; every kind of a set has a row for each of the set's dimensions.

    Returns
    -------
    dict
        ``score_no`` and ``profile_no``, once each, and ``weight`` as `rake` gives it.
    """
    first = np.flatnonzero(columns["dimension_no"] == 0)
    told = {name: columns[name][first] for name in ("score_no", "profile_no")}
    starts = np.flatnonzero(np.diff(columns["score_no"])) + 1
    names = ("answer_count", "dimension_no", "category_no", "share")
    sets = zip(*(np.split(columns[name], starts) for name in names), strict=True)
    weights = [_set_weights(*one) for one in sets if len(one[0])]
    return {**told, "weight": np.concatenate([np.empty(0), *weights])}


def _set_weights(
    count: NDArray[Any], dimension: NDArray[Any], category: NDArray[Any], share: NDArray[Any]
) -> NDArray[Any]:
    width = int(dimension.max()) + 1
    codes, known = category.reshape(-1, width), share.reshape(-1, width)
    shares = [np.zeros(max(int(code.max()) + 1, 1)) for code in codes.T]
    for told, code, given in zip(shares, codes.T, known.T, strict=True):
        told[code[code >= 0]] = given[code >= 0]
    return rake(count[::width], codes, shares)


def _require_sound(count: Floats, category: NDArray[np.intp], shares: Sequence[Floats]) -> None:
    if not (count > 0).all():
        raise ValueError("every cell needs a count above 0; nothing was computed")
    if category.shape != (len(count), len(shares)):
        raise ValueError(
            f"expected a category for each of {len(count)} cells and {len(shares)} dimensions, found "
            f"{' x '.join(map(str, category.shape))}; nothing was computed"
        )
    for code, share in zip(category.T, shares, strict=True):
        if (share < 0).any() or share.sum() > 1 + 1e-6:
            raise ValueError("shares of a dimension lie between 0 and 1 and exceed 1 never; nothing was computed")
        if (code >= len(share)).any():
            raise ValueError("a category has no share; nothing was computed")


def _margin(count: Floats, category: NDArray[np.intp], share: Floats) -> _Margin:
    nobody = len(share)
    answers = np.bincount(np.where(category < 0, nobody, category), weights=count, minlength=nobody + 1)[:nobody]
    met = np.append((answers >= LEAST_ANSWERS) & (share > 0), False)
    with np.errstate(divide="ignore", invalid="ignore"):
        target = np.where(met[:nobody], share / share[met[:nobody]].sum(), np.nan)
    return _Margin(np.where(met[category], category, nobody), target)


def _is_known(margin: _Margin, share: Floats) -> bool:
    return bool(share[~np.isnan(margin.target)].sum() >= 1 - MOST_MISSING - 1e-6)


def _fitted(count: Floats, margins: Sequence[_Margin]) -> Floats:
    """Weights that meet all margins at once, NaN where none are found."""
    weight = np.ones(len(count))
    # where margins contradict each other, weights run into 0 before the rounds are over
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        for _ in range(_ROUNDS):
            step = 0.0
            for code, target in margins:
                held = np.bincount(code, weights=count * weight, minlength=len(target) + 1)[:-1]
                held[np.isnan(target)] = 0
                factor = np.append(np.where(np.isnan(target), 1.0, target * held.sum() / held), 1.0)
                step = np.maximum(step, np.abs(factor - 1).max())
                weight = weight * factor[code]
            if step < _CLOSE:
                return weight
    return np.full(len(count), np.nan)


def _trimmed(weight: Floats, count: Floats, bounds: tuple[float, float]) -> Floats:
    low, high = bounds
    for _ in range(_ROUNDS):
        weight = weight / np.average(weight, weights=count)
        if not ((weight < low * (1 - 1e-9)) | (weight > high * (1 + 1e-9))).any():
            break
        weight = np.clip(weight, low, high)
    return weight
