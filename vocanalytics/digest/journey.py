"""The journey map: which touchpoint goes where, how large and in which shade. Geometry only; charts.py draws it."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.inert import visible
from vocanalytics.digest.reading import ALL
from vocanalytics.digest.selection import place

Row = dict[str, Any]

INK, QUIET = "#1d1d1f", "#5a5a60"
# Orange to blue: told apart with any colour vision, and the figure is printed beside each dot all the same.
# Grey where the interval holds 0, so a shade never claims what the numbers cannot.
VERY_NEGATIVE, NEGATIVE, UNCLEAR, POSITIVE, VERY_POSITIVE, BLANK = (
    "#b1490c", "#f0a868", "#c4c4c0", "#7db3da", "#1f5f99", "#ffffff",
)  # fmt: skip
RIMS = {NEGATIVE: VERY_NEGATIVE, UNCLEAR: QUIET, POSITIVE: VERY_POSITIVE, BLANK: QUIET}  # pale dots need an edge
STRONG = 40  # points of net sentiment
WIDE, NARROW = 960, 340
LINE_HEIGHT = 15
MOST_COLUMNS = 8
MOST_FLAGS = 4  # events drawn at one touchpoint; all are listed
ARROWS = {"better": "▲ better", "worse": "▼ worse"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint on the map."""

    stage: str
    label: str
    net: float | None
    count: int
    low: float | None = None  # bounds of net; None where too few spoke of it
    high: float | None = None
    before: str = ""  # net sentiment in what the period is compared with
    state: str = ""  # better or worse, where the change is clear
    is_moment: bool = False  # a moment of truth
    events: tuple[int, ...] = ()


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


def colour(stop: Stop) -> str:
    """White where too few spoke of it to give it a shade.

    >>> colour(Stop("Use", "Charging", -55, 31, low=-70, high=-30)) == VERY_NEGATIVE
    True
    """
    if stop.net is None or stop.low is None or stop.high is None:
        return BLANK
    if stop.high < 0:
        return VERY_NEGATIVE if stop.net <= -STRONG else NEGATIVE
    if stop.low > 0:
        return VERY_POSITIVE if stop.net >= STRONG else POSITIVE
    return UNCLEAR


def caption(stop: Stop) -> list[str]:
    """What is written below a touchpoint's name, a line each.

    >>> caption(Stop("Use", "Charging", -55, 31, low=-70, high=-30, before="−20", state="worse"))
    ['net −55 (31)', 'before −20', '▼ worse']
    """
    if stop.net is None:
        return ["not mentioned"]
    if stop.low is None:
        return [words.many(stop.count, "item")]
    figure = f"net {words.signed(stop.net)} ({stop.count:,})"
    return [line for line in (figure, stop.before and f"before {stop.before}", ARROWS.get(stop.state)) if line]


def layout(stops: list[Stop], *, wide: bool) -> Drawn:
    """Stages as columns, or one below the other on a narrow screen and where there are too many."""
    columns = wide and len({stop.stage for stop in stops}) <= MOST_COLUMNS
    return _columns(stops) if columns else _list(stops)


def _columns(stops: list[Stop]) -> Drawn:
    stages = list(dict.fromkeys(stop.stage for stop in stops))
    column = WIDE / len(stages)
    below: dict[str, float] = dict.fromkeys(stages, 74)
    marks: list[tuple[Stop, Row]] = []
    for stop in stops:
        mark = _mark(stop, column * stages.index(stop.stage) + 19, below[stop.stage], int((column - 44) / 6.4))
        below[stop.stage] += LINE_HEIGHT * (mark["label"].count("\n") + 1) + 20
        marks.append((stop, mark))
    heads = [
        {"x": column * i + 2, "y": 16, "label": _lines(stage, int(column / 8), 2)} for i, stage in enumerate(stages)
    ]
    lines = [{"x": 2, "y": 38, "x2": WIDE - 4, "y2": 38}]
    flags = [
        {"x": mark["x"] - 8 + 16 * (place % 2), "y": mark["y"] + 27 + 18 * (place // 2), "label": str(number)}
        for stop, mark in marks
        for place, number in enumerate(stop.events[:MOST_FLAGS])
    ]
    return _drawn(marks, heads, lines, flags, WIDE, max(below.values()) - 20)


def _list(stops: list[Stop]) -> Drawn:
    """One below the other, for narrow screens; of a stage nobody mentions, only its name."""
    marks: list[tuple[Stop, Row]] = []
    heads, lines, y = [], [], 0.0
    for stage, group in groupby(stops, key=lambda stop: stop.stage):
        heads.append({"x": 2, "y": y + 14, "label": _lines(stage, 38, 1)})
        lines.append({"x": 2, "y": y + 26, "x2": NARROW - 4, "y2": y + 26})
        y += 56
        for stop in [stop for stop in group if stop.count] or [Stop(stage, "", None, 0)]:
            mark = _mark(stop, 19, y, 44, joined=", ")
            y += LINE_HEIGHT * (mark["label"].count("\n") + 1) + 14
            marks.append((stop, mark))
    flags = [
        {"x": NARROW - 14 - 18 * place, "y": mark["y"] + 14, "label": str(number)}
        for stop, mark in marks
        for place, number in enumerate(reversed(stop.events[:MOST_FLAGS]))
    ]
    return _drawn(marks, heads, lines, flags, NARROW, y)


def _drawn(
    marks: list[tuple[Stop, Row]], heads: list[Row], lines: list[Row], flags: list[Row], width: int, height: float
) -> Drawn:
    rings = [mark for stop, mark in marks if stop.is_moment]
    return Drawn([mark for _, mark in marks], heads, lines, rings, flags, width, int(height))


def _mark(stop: Stop, x: float, y: float, letters: int, joined: str = "\n") -> Row:
    label = "\n".join(part for part in (_lines(stop.label, letters, 5), joined.join(caption(stop))) if part)
    shade = colour(stop)
    return {
        "x": x, "y": y, "tx": x + 21, "label": label, "count": stop.count, "fill": shade,
        "rim": RIMS.get(shade, shade), "ink": INK if stop.count else QUIET,
    }  # fmt: skip


def _lines(text: str, letters: int, most: int) -> str:
    return "\n".join(textwrap.wrap(visible(text), max(letters, 4), max_lines=most, placeholder="…"))


def stops(
    touchpoints: list[Row],
    order: list[tuple[str, str, str]],
    fewest: int,
    moments: Collection[str] = (),
    events: Mapping[str, tuple[int, ...]] | None = None,
) -> list[Stop]:
    """The map's dots: touchpoints of the frame in order, then published ones it does not know.

    Parameters
    ----------
    order : list of (touchpoint id, touchpoint label, stage label)
    fewest : int
        Items below which a touchpoint gets no shade.
    moments : collection of str
        Touchpoints that are moments of truth.
    events : mapping, optional
        Touchpoint id to the numbers of events there.
    """
    heard = {
        row["touchpoint"]: row for row in touchpoints if row["source"] == ALL and row["touchpoint"] != "(unplaced)"
    }
    known = [(id_, heard.pop(id_, None), label, stage) for id_, label, stage in order]
    known += [(id_, row, place(row), row["stage_label"]) for id_, row in heard.items()]
    found = [
        replace(_stop(row, label, stage, fewest), is_moment=id_ in moments, events=(events or {}).get(id_, ()))
        for id_, row, label, stage in known
    ]
    stages = list(dict.fromkeys(stop.stage for stop in found))
    return sorted(found, key=lambda stop: stages.index(stop.stage))


def _stop(row: Row | None, label: str, stage: str, fewest: int) -> Stop:
    if row is None or not row["mention_item_count"]:
        return Stop(stage, label, None, 0)
    count, net = row["mention_item_count"], row["net_sentiment"]
    if count < fewest:
        return Stop(row["stage_label"], place(row), net, count)
    enough_before = (row["prior_mention_item_count"] or 0) >= fewest
    return Stop(
        row["stage_label"], place(row), net, count, row["net_sentiment_low"], row["net_sentiment_high"],
        before=words.signed(row["prior_net_sentiment"]) if enough_before else "",
        state=row["state"] or "",
    )  # fmt: skip
