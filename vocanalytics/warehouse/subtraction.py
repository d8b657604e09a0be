"""Which hidden rows the visible ones and the sums still give away, several sums taken together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NOTHING = 1e-9  # how far a row may move along every solution and still count as known


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
    found: list[int] = []
    for unknowns, matrix in _parts(line, column, sign, (len(sums), len(rows))):
        _, values, directions = np.linalg.svd(matrix)
        free = directions[int((values > NOTHING).sum()) :]
        known = np.abs(free).max(axis=0, initial=0.0) < NOTHING
        found += [int(rows[k]) for k in np.asarray(unknowns)[known]]
    return sorted(found)


def _parts(
    line: NDArray[np.intp], column: NDArray[np.intp], sign: NDArray[np.float64], shape: tuple[int, int]
) -> Iterator[tuple[Sequence[int], NDArray[np.float64]]]:
    """The sums that have unknowns in common, as dense matrices; most are tiny."""
    sums, rows = shape
    links = coo_array((np.ones(len(line)), (line, column + sums)), shape=(sums + rows, sums + rows))
    _, part = connected_components(links, directed=False)
    order = np.argsort(part[line], kind="stable")
    for entries in np.split(order, np.flatnonzero(np.diff(part[line][order])) + 1):
        unknowns, k = np.unique(column[entries], return_inverse=True)
        lines, i = np.unique(line[entries], return_inverse=True)
        matrix = np.zeros((len(lines), len(unknowns)))
        matrix[i, k] = sign[entries]
        yield unknowns.tolist(), matrix
