"""The journey map: which touchpoint goes where, how large and in which shade. Geometry only; charts.py draws it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.inert import visible
from vocanalytics.digest.selection import ALL, place

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
ROW = 70  # three lines of label and one of figures
MOST_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Stop:
    """A touchpoint on the map."""

    stage: str
    label: str
    net: float | None
    count: int
    low: float | None = None  # bounds of net; None where too few spoke of it
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where everything goes, in pixels of a canvas of this width and height."""

    marks: list[Row]
    heads: list[Row]
    lines: list[Row]
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


def caption(stop: Stop) -> str:
    if stop.net is None:
        return "not mentioned"
    return words.many(stop.count, "item") if stop.low is None else f"net {words.signed(stop.net)} ({stop.count:,})"


def layout(stops: list[Stop], *, wide: bool) -> Drawn:
    """Stages as columns, or one below the other on a narrow screen and where there are too many."""
    columns = wide and len({stop.stage for stop in stops}) <= MOST_COLUMNS
    return _columns(stops) if columns else _list(stops)


def _columns(stops: list[Stop]) -> Drawn:
    stages = list(dict.fromkeys(stop.stage for stop in stops))
    column = WIDE / len(stages)
    below: dict[str, int] = dict.fromkeys(stages, 78)
    marks = []
    for stop in stops:
        mark = _mark(stop, column * stages.index(stop.stage) + 17, below[stop.stage], int((column - 38) / 6.2))
        below[stop.stage] += ROW
        marks.append(mark)
    heads = [
        {"x": column * i + 2, "y": 16, "label": _lines(stage, int(column / 8), 2)} for i, stage in enumerate(stages)
    ]
    return Drawn(marks, heads, [{"x": 2, "y": 38, "x2": WIDE - 4, "y2": 38}], WIDE, max(below.values()) - 30)


def _list(stops: list[Stop]) -> Drawn:
    """One below the other, for narrow screens; of a stage nobody mentions, only its name."""
    marks, heads, lines, y = [], [], [], 0.0
    for stage, group in groupby(stops, key=lambda stop: stop.stage):
        heads.append({"x": 2, "y": y + 14, "label": _lines(stage, 38, 1)})
        lines.append({"x": 2, "y": y + 26, "x2": NARROW - 4, "y2": y + 26})
        y += 52
        for stop in [stop for stop in group if stop.count] or [Stop(stage, "", None, 0)]:
            marks.append(_mark(stop, 17, y, 44))
            y += 42
    return Drawn(marks, heads, lines, NARROW, int(y))


def _mark(stop: Stop, x: float, y: float, letters: int) -> Row:
    label = "\n".join(part for part in (_lines(stop.label, letters, 3), caption(stop)) if part)
    shade = colour(stop)
    return {
        "x": x, "y": y, "tx": x + 19, "label": label, "count": stop.count, "fill": shade,
        "rim": RIMS.get(shade, shade), "ink": INK if stop.count else QUIET,
    }  # fmt: skip


def _lines(text: str, letters: int, most: int) -> str:
    return "\n".join(textwrap.wrap(visible(text), max(letters, 4), max_lines=most, placeholder="…"))


def stops(touchpoints: list[Row], order: list[tuple[str, str, str]], fewest: int) -> list[Stop]:
    """The map's dots: touchpoints of the frame in order, then published ones it does not know.

    Parameters
    ----------
    order : list of (touchpoint id, touchpoint label, stage label)
    fewest : int
        Items below which a touchpoint gets no shade.
    """
    heard = {
        row["touchpoint"]: row for row in touchpoints if row["source"] == ALL and row["touchpoint"] != "(unplaced)"
    }
    found = [_stop(heard.pop(id_, None), label, stage, fewest) for id_, label, stage in order]
    found += [_stop(row, place(row), row["stage_label"], fewest) for row in heard.values()]
    stages = list(dict.fromkeys(stop.stage for stop in found))
    return sorted(found, key=lambda stop: stages.index(stop.stage))


def _stop(row: Row | None, label: str, stage: str, fewest: int) -> Stop:
    if row is None or not row["mention_item_count"]:
        return Stop(stage, label, None, 0)
    count, net = row["mention_item_count"], row["net_sentiment"]
    if count < fewest:
        return Stop(row["stage_label"], place(row), net, count)
    return Stop(row["stage_label"], place(row), net, count, row["net_sentiment_low"], row["net_sentiment_high"])
