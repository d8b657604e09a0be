"""Numbered marks moved just far enough that none hides another."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]

DIRECTIONS = tuple(
    (math.cos(math.pi * n / 6), math.sin(math.pi * n / 6)) for n in (0, 6, 3, 9, 1, 5, 7, 11, 2, 4, 8, 10)
)
STEP = 4.0
FARTHEST = 200.0


def apart(
    points: Sequence[Point], width: float, height: float, *, radius: float, taken: Sequence[Point]
) -> list[Point]:
    """Where to draw each circle: at its point, or as near as is free, inside the frame; the first ones first.

    Parameters
    ----------
    points : sequence of (x, y)
        In pixels, from the upper left of a frame of ``width`` by ``height``.
    radius : float
        Of every circle, with the gap it shall keep.
    taken : sequence of (x, y)
        Centres of circles that are there already.

    Returns
    -------
    list of (x, y)
        The same for the same points; at the point itself where there is no room within 200 pixels.

    >>> apart([(50, 50), (50, 50)], 100, 100, radius=10, taken=[])
    [(50, 50), (70.0, 50.0)]
    """
    placed: list[Point] = []
    for point in points:
        free = (spot for spot in _spots(point) if _fits(spot, width, height, radius, (*taken, *placed)))
        placed.append(next(free, point))
    return placed


def _spots(point: Point) -> list[Point]:
    x, y = point
    far = [STEP * n for n in range(1, int(FARTHEST / STEP) + 1)]
    return [point, *((round(x + r * dx, 6), round(y + r * dy, 6)) for r in far for dx, dy in DIRECTIONS)]


def _fits(spot: Point, width: float, height: float, radius: float, others: Sequence[Point]) -> bool:
    x, y = spot
    if not (0 <= x <= width - radius / 2 and radius <= y <= height - radius):
        return False
    return all(math.hypot(x - ox, y - oy) >= 2 * radius - 1e-6 for ox, oy in others)
