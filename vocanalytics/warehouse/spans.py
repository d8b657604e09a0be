"""Which hidden rows the visible ones give away, with every period tied to every other.

What was counted in a period is what had been counted by its end less what had been counted by its start. So a visible
row says how far apart two days are, and a hidden one is known once visible ones lead from its first day to the day
after its last: thirteen weeks from 1 September to 30 November are three months. Over sources, what had been counted
by a day adds up to `all`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vocanalytics.warehouse.subtraction import given_away

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of a table, by number; a place, source and span without a row is known to be nothing.

    ``place``, ``source``, ``span`` (rows,) count from 0; ``start``, ``end`` (spans,) are numbers of days, the end
    exclusive. Where ``has_total``, source 0 is the sum of the others. ``keep`` (rows,) is larger for a row that
    should rather stay visible.
    """

    place: Ints
    source: Ints
    span: Ints
    is_thin: Flags
    keep: Ints
    start: Ints
    end: Ints
    has_total: bool

    @property
    def day_count(self) -> int:
        return int(max(self.start.max(), self.end.max())) + 1


def leaks(cells: Cells, is_hidden: Flags, places: Ints) -> tuple[Ints, Ints]:
    """Thin rows of some places that are known all the same: by their own source, and by all sources together.

    >>> weeks_and_month = Cells(  # two weeks make the month; the second is thin
    ...     place=np.zeros(3, int), source=np.zeros(3, int), span=np.arange(3), is_thin=np.array([False, True, False]),
    ...     keep=np.arange(3), start=np.array([0, 1, 0]), end=np.array([1, 2, 2]), has_total=False,
    ... )
    >>> leaks(weeks_and_month, np.array([False, True, False]), np.array([0]))
    (array([1]), array([], dtype=int64))
    """
    nth = np.full(int(cells.place.max()) + 1, -1)
    nth[places] = np.arange(len(places))
    rows = np.flatnonzero(is_hidden & (nth[cells.place] >= 0))
    known = _connected(cells, nth[cells.place[rows]], rows, len(places))
    thin = rows[cells.is_thin[rows]]
    place, source, span = nth[cells.place[thin]], cells.source[thin], cells.span[thin]
    first, last = known[place, source, cells.start[span]], known[place, source, cells.end[span]]
    same = first == last
    if not cells.has_total:
        return thin[same], thin[:0]
    together = _known_together(cells, known, first[~same], last[~same])
    return thin[same], thin[~same][together]


def _connected(cells: Cells, place: Ints, hidden: Ints, places: int) -> Ints:
    """(places, sources, days): days of one number are a known count apart."""
    shape = (places, int(cells.source.max()) + 1, cells.day_count)
    is_visible = np.ones((*shape[:2], len(cells.start)), dtype=bool)
    is_visible[place, cells.source[hidden], cells.span[hidden]] = False
    of_place, of_source, span = np.nonzero(is_visible)
    at = (of_place * shape[1] + of_source) * shape[2]
    nodes = int(np.prod(shape))
    links = coo_array((np.ones(len(at), dtype=bool), (at + cells.start[span], at + cells.end[span])), (nodes, nodes))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64).reshape(shape)


def _known_together(cells: Cells, known: Ints, first: Ints, last: Ints) -> Flags:
    """Which of the differences between two numbers the sums over sources leave only one value for.

    One unknown per number; one equation per place and day. An unknown that stands in one equation alone can take up
    whatever the rest of it does: the equation says nothing of the others, and nothing of two such unknowns either.
    """
    days = np.arange(cells.day_count)
    links = coo_array((np.ones(len(cells.start)), (cells.start, cells.end)), (len(days), len(days)))
    _, part = connected_components(links, directed=False)
    origin = np.array([np.flatnonzero(part == number)[0] for number in range(part.max() + 1)])
    is_free = np.ones(int(known.max()) + 1, dtype=bool)
    is_free[known[:, :, origin]] = False  # days of a part are told from its first one on
    lines = np.unique(np.where(is_free[known], known, -1).transpose(0, 2, 1).reshape(-1, known.shape[1]), axis=0)
    equation, column = np.nonzero(lines >= 0)
    unknown = lines[equation, column]
    is_asked = np.zeros(len(is_free), dtype=bool)
    is_asked[first], is_asked[last] = True, True
    while len(unknown):
        is_own = np.bincount(unknown)[unknown] == 1
        is_idle = np.bincount(equation, weights=is_own * np.where(is_asked[unknown], 1, 2)) >= 2
        if not is_idle.any():
            break
        left = ~is_idle[equation]
        equation, unknown = equation[left], unknown[left]
    is_bound = ~is_free
    is_bound[unknown] = True
    open_ends = np.flatnonzero(is_bound[first] & is_bound[last])
    return _fixed(equation, unknown, ~is_free, first, last, open_ends)


def _fixed(equation: Ints, unknown: Ints, is_zero: Flags, first: Ints, last: Ints, among: Ints) -> Flags:
    """The differences ``among`` those told that have one value, by the equations left."""
    row = among + len(is_zero)
    line = among + (int(equation.max()) + 1 if len(equation) else 0)
    starts, ends = ~is_zero[first[among]], ~is_zero[last[among]]
    found = given_away(
        np.concatenate([equation, line, line[starts], line[ends]]),
        np.concatenate([unknown, row, first[among][starts], last[among][ends]]),
        np.concatenate([np.zeros(len(unknown) + len(row) + starts.sum(), bool), np.ones(ends.sum(), bool)]),
    )
    return np.isin(np.arange(len(first)) + len(is_zero), found)


def to_hide(cells: Cells, is_hidden: Flags, leaking: Ints) -> Ints:
    """Visible rows that lead from the one end of a leaking row to the other, as few and as small as may be.

    Of each place and source, rows are shown again from the one most worth keeping on, save those that would join
    the two ends of a thin one.
    """
    group = cells.place * (int(cells.source.max()) + 1) + cells.source
    order = np.lexsort((-cells.keep, group))
    leaky = np.unique(group[leaking])
    lows, highs = (np.searchsorted(group[order], leaky, side=side) for side in ("left", "right"))
    spans = np.arange(len(cells.start))
    found: list[int] = []
    for low, high in zip(lows, highs, strict=True):
        rows = order[low:high]
        thin = cells.span[rows[is_hidden[rows] & cells.is_thin[rows]]]
        shown = rows[~is_hidden[rows]]
        nothing = np.setdiff1d(spans, cells.span[rows])
        joining = _joining(cells, nothing.tolist(), cells.span[shown].tolist(), thin.tolist())
        found += shown[joining].tolist()
    return np.array(found, dtype=np.int64)


def _joining(cells: Cells, nothing: Iterable[int], shown: Sequence[int], thin: Iterable[int]) -> list[int]:
    """Which of the spans shown, in their order, would join the ends of a thin one."""
    start, end = cells.start.tolist(), cells.end.tolist()
    parent = list(range(cells.day_count))

    def find(day: int) -> int:
        while parent[day] != day:
            parent[day] = day = parent[parent[day]]
        return day

    for span in nothing:
        parent[find(start[span])] = find(end[span])
    foes: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in ((find(start[span]), find(end[span])) for span in thin):
        if one != other:
            foes[one].add(other)
            foes[other].add(one)
    found = []
    for number, span in enumerate(shown):
        one, other = find(start[span]), find(end[span])
        if other in foes[one]:
            found.append(number)
        elif one != other:
            parent[one] = other
            for foe in foes.pop(one):
                foes[foe].remove(one)
                foes[foe].add(other)
                foes[other].add(foe)
    return found
