"""Where everything of the journey map goes, so that nothing touches. Geometry only; charts.py draws it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from vocanalytics.digest.journey import INK, QUIET, RIMS, Stop, caption, colour
from vocanalytics.digest.lettering import BOLD, broken

Row = dict[str, Any]

WIDE, NARROW, GUTTER = 988, 340, 28
FONT, HEAD_FONT = 12.5, 14
LINE_HEIGHT = 15
DOT, TEXT = 19, 43  # where dots and their text begin, from the left of a column
CLEAR = 8  # pixels between a text and what comes next to it
MOST_COLUMNS = 8
MOST_FLAGS = 4  # events drawn at one touchpoint; all are listed
FLAG = 18  # pixels from one to the next


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where everything goes, in pixels of a canvas of this width and height."""

    marks: list[Row]
    heads: list[Row]
    lines: list[Row]
    rings: list[Row]  # round moments of truth
    flags: list[Row]  # numbers of events
    width: int
    height: int


def layout(stops: list[Stop], shape: str) -> Drawn:
    """Stages as columns (``wide``), or one below the other in one column (``narrow``) or two (``middle``).

    Where there are too many stages for columns, ``wide`` is ``middle``.
    """
    if shape == "wide" and len({stop.stage for stop in stops}) <= MOST_COLUMNS:
        return _columns(stops)
    return _listed([stops] if shape == "narrow" else halves(stops))


def _columns(stops: list[Stop]) -> Drawn:
    stages = list(dict.fromkeys(stop.stage for stop in stops))
    column = WIDE / len(stages)
    heads = [_head(stage, column * i, 16, column - CLEAR, 2) for i, stage in enumerate(stages)]
    under = 38 + 8 * any("\n" in head["label"] for head in heads)
    below: dict[str, float] = dict.fromkeys(stages, under + 34)
    marks: list[tuple[Stop, Row]] = []
    flags: list[Row] = []
    for stop in stops:
        left, y = column * stages.index(stop.stage), below[stop.stage]
        mark = _mark(stop, left, y, column - TEXT - CLEAR)
        mine: list[Row] = [
            {"x": left + DOT - 8 + 16 * (place % 2), "y": y + 31 + FLAG * (place // 2), "label": str(number)}
            for place, number in enumerate(stop.events[:MOST_FLAGS])
        ]
        # the next dot, a ring around it, must clear the flags
        below[stop.stage] = max([y + _height(mark, 20), *(float(flag["y"]) + 32 for flag in mine)])
        marks.append((stop, mark))
        flags += mine
    lines = [{"x": 2, "y": under, "x2": WIDE - 4, "y2": under}]
    return _drawn(marks, heads, lines, flags, WIDE, max(below.values()) - 20)


def _listed(columns: list[list[Stop]]) -> Drawn:
    """Stages one below the other; of a stage nobody mentions, only its name."""
    marks: list[tuple[Stop, Row]] = []
    heads: list[Row] = []
    for number, stops in enumerate(columns):
        left, y = number * (NARROW + GUTTER), 0.0
        for stage, group in groupby(stops, key=lambda stop: stop.stage):
            heads.append(_head(stage, left, y + 14, NARROW - CLEAR, 1))
            y += 56
            for stop in _heard(stage, list(group)):
                mark = _mark(stop, left, y, _list_room(stop), joined=", ")
                y += _height(mark, 14)
                marks.append((stop, mark))
    lines = [{"x": h["x"], "y": h["y"] + 12, "x2": h["x"] + NARROW - 6, "y2": h["y"] + 12} for h in heads]
    flags = [
        {"x": mark["x"] - DOT + NARROW - 14 - FLAG * place, "y": mark["y"], "label": str(number)}
        for stop, mark in marks
        for place, number in enumerate(reversed(stop.events[:MOST_FLAGS]))
    ]
    width = len(columns) * (NARROW + GUTTER) - GUTTER
    return _drawn(marks, heads, lines, flags, width, max(map(_list_height, columns), default=0))


def halves(stops: list[Stop]) -> list[list[Stop]]:
    """The stops in two columns as equal in height as can be; a stage stays whole unless it is the only one.

    >>> at = lambda stage, n: [Stop(stage, str(i), 0, 9) for i in range(n)]
    >>> [len(half) for half in halves([*at("Buy", 2), *at("Use", 3), *at("Support", 4)])]
    [5, 4]
    """
    cuts = [n for n in range(1, len(stops)) if stops[n].stage != stops[n - 1].stage] or list(range(1, len(stops)))
    if not cuts:
        return [stops]
    cut = min(cuts, key=lambda n: (max(_list_height(stops[:n]), _list_height(stops[n:])), n))
    return [stops[:cut], stops[cut:]]


def _list_height(stops: list[Stop]) -> float:
    height = 0.0
    for stage, group in groupby(stops, key=lambda stop: stop.stage):
        marks = [_mark(stop, 0, 0, _list_room(stop), joined=", ") for stop in _heard(stage, list(group))]
        height += 56 + sum(_height(mark, 14) for mark in marks)
    return height


def _heard(stage: str, stops: list[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.count] or [Stop(stage, "", None, 0)]


def _list_room(stop: Stop) -> float:
    return NARROW - TEXT - CLEAR - FLAG * len(stop.events[:MOST_FLAGS])


def _head(stage: str, x: float, y: float, room: float, most: int) -> Row:
    return {"x": x + 2, "y": y, "label": broken(stage, room, HEAD_FONT * BOLD, most)}


def _height(mark: Row, gap: float) -> float:
    return float(LINE_HEIGHT * (mark["label"].count("\n") + 1) + gap)


def _drawn(
    marks: list[tuple[Stop, Row]], heads: list[Row], lines: list[Row], flags: list[Row], width: int, height: float
) -> Drawn:
    rings = [mark for stop, mark in marks if stop.is_moment]
    return Drawn([mark for _, mark in marks], heads, lines, rings, flags, width, int(height))


def _mark(stop: Stop, left: float, y: float, room: float, joined: str = "\n") -> Row:
    told = joined.join(caption(stop)).split("\n")
    parts = [broken(stop.label, room, FONT, 5), *(broken(line, room, FONT, 3) for line in told)]
    shade = colour(stop)
    return {
        "x": left + DOT, "y": y, "tx": left + TEXT, "label": "\n".join(part for part in parts if part),
        "count": stop.count, "fill": shade, "rim": RIMS.get(shade, shade), "ink": INK if stop.count else QUIET,
    }  # fmt: skip
