"""How much of what a regression explains is owed to each of its variables, when they come together.

Computed from correlations alone, so the cost does not grow with the number of responses.
"""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vocanalytics.statistics.intervals import Floats

Orders = NDArray[np.intp]

_AT_ONCE = 256  # orders worked on together, so that memory stays small
_RIDGE = 1e-8  # a variable that repeats another adds nothing, where without it there would be no answer


def lmg(correlation: ArrayLike, orders: Orders) -> Floats:
    """Each variable's part of R squared: what it adds when it enters, averaged over the orders of entry.

    Lindeman, Merenda and Gold, "Introduction to bivariate and multivariate analysis" (1980), the Shapley value of R
    squared; Groemping, "Estimators of relative importance in linear regression based on variance decomposition", The
    American Statistician 61 (2007). The parts sum to R squared whatever the orders; over all orders (`entry_orders`)
    they are exact. In a Cholesky factor with the response last, its last row holds what each variable adds.

    Parameters
    ----------
    correlation : array, shape (p + 1, p + 1)
        Of the variables, and last the response.
    orders : array of int, shape (k, p)
        Each row the variables in an order of entry.

    >>> two = [[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]]
    >>> lmg(two, entry_orders(2, 100, seed=0)).round(4).tolist()  # 0.3733 together
    [0.2867, 0.0867]
    """
    matrix = np.asarray(correlation, dtype=float)
    p = len(matrix) - 1
    if matrix.shape != (p + 1, p + 1) or orders.ndim != 2 or orders.shape[1] != p:
        raise ValueError(f"need a square matrix and orders of its variables; got {matrix.shape}, {orders.shape}")
    if not len(orders):
        raise ValueError("need an order of entry; nothing was computed")
    matrix = matrix + _RIDGE * np.eye(p + 1)
    parts = np.zeros(p)
    for some in np.array_split(orders, range(_AT_ONCE, len(orders), _AT_ONCE)):
        entered = np.column_stack([some, np.full(len(some), p)])
        factors = np.linalg.cholesky(matrix[entered[:, :, None], entered[:, None, :]])
        parts += np.bincount(some.ravel(), weights=(factors[:, p, :p] ** 2).ravel(), minlength=p)
    return parts / len(orders)


def entry_orders(variables: int, count: int, *, seed: int) -> Orders:
    """All orders where there are at most ``count``, else that many drawn, each with its reverse.

    A variable that is early in an order is late in the reverse: the pair's mean varies less than two drawn alone.

    >>> entry_orders(2, 10, seed=1).tolist(), entry_orders(9, 64, seed=1).shape
    ([[0, 1], [1, 0]], (64, 9))
    """
    if variables < 13 and factorial(variables) <= count:
        return np.array(list(permutations(range(variables))), dtype=np.intp)
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(np.arange(variables), (-(-count // 2), 1)), axis=1)
    return np.concatenate([drawn, drawn[:, ::-1]])[:count]


def variance_inflation(correlation: ArrayLike) -> Floats:
    """How many times less sure a coefficient is because the other variables come with it; 1 where none does.

    Marquardt, "Generalized inverses, ridge regression, biased linear estimation", Technometrics 12 (1970).

    >>> variance_inflation([[1, 0.5], [0.5, 1]]).round(3).tolist()
    [1.333, 1.333]
    """
    matrix = np.asarray(correlation, dtype=float)
    inverse = np.linalg.inv(matrix + _RIDGE * np.eye(len(matrix)))
    return np.asarray(np.maximum(np.diag(inverse), 1.0), dtype=float)
