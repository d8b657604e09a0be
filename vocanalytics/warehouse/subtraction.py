"""Which unknowns of a set of sums have only one possible value, several sums taken together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NOTHING = 1e-9  # how far a row may move along every solution and still count as known
_AT_ONCE = 1_000_000  # numbers worked on together, so that memory stays small


def given_away(equation: NDArray[np.int64], row: NDArray[np.int64], is_total: NDArray[np.bool_]) -> list[int]:
    """Rows with only one possible value.

    Parameters
    ----------
    equation, row : int arrays (n,)
        Hidden row ``row`` stands in sum ``equation``; everything else in it is visible.
    is_total : bool array (n,)
        Whether the row is what the others add up to.

    >>> given_away(np.array([1, 1, 2, 2, 2]), np.array([7, 8, 7, 8, 9]), np.array([True, False, False, False, True]))
    []
    >>> given_away(np.array([1, 1, 2, 2]), np.array([7, 8, 7, 8]), np.array([True, False, False, False]))
    [7, 8]
    """
    if not len(row):
        return []
    rows, column = np.unique(row, return_inverse=True)
    sums, line = np.unique(equation, return_inverse=True)
    sign = np.where(is_total, -1.0, 1.0)
    found = [
        rows[some[_is_known(matrices)]]
        for unknowns, stack in _parts(line, column, sign, (len(sums), len(rows)))
        for some, matrices in _batches(unknowns, stack)
    ]
    return sorted(np.concatenate(found).tolist())


def _components(line: NDArray[np.intp], column: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.intp]:
    """The part that each sum, and after them each row, belongs to."""
    sums, rows = shape
    links = coo_array((np.ones(len(line)), (line, column + sums)), shape=(sums + rows, sums + rows))
    _, part = connected_components(links, directed=False)
    return np.asarray(part)


def _is_known(matrices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether an unknown (k, columns) stays where it is along every solution of its part (k, lines, columns)."""
    _, values, directions = np.linalg.svd(matrices)
    rank = (values > NOTHING).sum(axis=1)
    is_free = np.arange(matrices.shape[2]) >= rank[:, None]
    return np.asarray(np.where(is_free[:, :, None], np.abs(directions), 0.0).max(axis=1) < NOTHING)


def _batches(
    unknowns: NDArray[np.intp], matrices: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    size = max(1, _AT_ONCE // (matrices.shape[1] + matrices.shape[2]) ** 2)
    for first in range(0, len(matrices), size):
        yield unknowns[first : first + size], matrices[first : first + size]


def _parts(
    line: NDArray[np.intp], column: NDArray[np.intp], sign: NDArray[np.float64], shape: tuple[int, int]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """The sums that have unknowns in common, as dense matrices, those of one shape together; most are tiny.

    Yields the columns (k, columns) and matrices (k, lines, columns) of k parts.
    """
    part = _components(line, column, shape)
    of_line, of_column = part[: shape[0]], part[shape[0] :]
    shapes, of_part = np.unique(np.stack([np.bincount(of_line), np.bincount(of_column)]), axis=1, return_inverse=True)
    nth_line, nth_column, nth_part = _nth(of_line), _nth(of_column), _nth(of_part)
    entries = _together(of_part[of_line[line]])
    columns = _together(of_part[of_column])
    for (height, width), some, unknown in zip(shapes.T, entries, columns, strict=True):
        stack = np.zeros((len(unknown) // width, height, width))
        stack[nth_part[of_line[line[some]]], nth_line[line[some]], nth_column[column[some]]] = sign[some]
        placed = np.empty((len(stack), width), dtype=np.intp)
        placed[nth_part[of_column[unknown]], nth_column[unknown]] = unknown
        yield placed, stack


def _nth(group: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of its group each one is, from 0."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    nth = np.empty(len(group), dtype=np.intp)
    nth[order] = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return nth


def _together(group: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The members of each group, in the order of groups."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
