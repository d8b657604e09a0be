"""From what a score cell says to a value on its scale, to no answer, or to why it is neither."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from vocanalytics.records import SCALES
from vocanalytics.sources.dates import Unreadable
from vocanalytics.sources.settings import WHOLE_NUMBER_SCALES, ScoreColumn

CACHED = 10_000
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def score_parser(column: ScoreColumn) -> Callable[[Any], float | Unreadable | None]:
    """A function from a cell to a value, to None for no answer, or to what was expected instead.

    >>> parse = score_parser(ScoreColumn(id="fft", column="answer", scale="csat_1_5", map={1: 5, 5: 1}, missing=[6]))
    >>> parse("1.0"), parse("6"), parse("3").code
    (5.0, None, 'score')
    """
    low, high = SCALES[column.scale]
    whole = column.scale in WHOLE_NUMBER_SCALES
    meanings = None if column.map is None else {_key(raw): value for raw, value in column.map.items()}
    missing = {_key(raw) for raw in column.missing} | {""}
    listed = f"one of {', '.join(column.map)}" if column.map else f"a{' whole' if whole else ''} number"
    expected = f"{column.column}: expected {listed}, {low:g} to {high:g} ({column.scale})"

    def meaning(cell: Any) -> float | Unreadable | None:
        raw = _key(str(cell).strip())
        if raw in missing:
            return None
        value = _number(raw) if meanings is None else meanings.get(raw)
        if value is None:
            return Unreadable("score", expected)
        if not low <= value <= high or (whole and value != int(value)):
            return Unreadable("score_out_of_scale", expected)
        return low + high - value if column.easy_end == "low" else value

    known: dict[Any, float | Unreadable | None] = {}

    def parse(cell: Any) -> float | Unreadable | None:
        try:
            return known[cell]
        except KeyError:
            if len(known) >= CACHED:
                known.clear()
            value = known[cell] = meaning(cell)
            return value

    return parse


def _number(raw: str) -> float | None:
    """A decimal comma is one: no scale reaches a thousand, so "4,5" means nothing else.

    >>> _number("4,5"), _number("1,234,567")
    (4.5, None)
    """
    if "," in raw and _DECIMAL_COMMA.fullmatch(raw):
        raw = raw.replace(",", ".")
    try:
        value = float(raw)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in raw else None


def _key(raw: str) -> str:
    """Spreadsheets turn 1 into 1.0; both mean the same answer. Words are compared without regard to case."""
    value = _number(raw)
    return raw.casefold() if value is None else f"{value:g}"
