"""From what a cell says to a moment, without guessing and without moving a day.

A parser is compiled once per column and called once per row, so strptime, at several microseconds a
call, is kept for formats with month names; numeric formats become one regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vocanalytics.sources.settings import DateColumn


class Moment(NamedTuple):
    on: date  # in the feed's zone, or as written
    at: datetime | None  # UTC; None when only a date is given


class Unreadable(NamedTuple):
    code: str
    expected: str


Parsed = Moment | Unreadable
# as written: naive when no offset is given; a date when no time is
Written = datetime | date | None
Reader = Callable[[str], Written]

CACHED = 65_536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SNOWFLAKE_START_MS = 1_288_834_974_657  # X's epoch, 2010-11-04
_FIRST_SNOWFLAKE = 30_000_000_000  # ids below were handed out one by one and tell no time
_FIRST_PLAUSIBLE_YEAR = 1990  # an epoch in the wrong unit lands in January 1970
FIRST_PLAUSIBLE_DAY = date(_FIRST_PLAUSIBLE_YEAR, 1, 1)  # exports write 1900 or 1970 where they know no date
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_NUMERIC = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "y": 2, "f": 6}
_PLACES = ("Y", "m", "d", "H", "M", "S", "f")


def date_parser(column: DateColumn, zone: str | None, since: date = date.min) -> Callable[[Any], Parsed]:
    """A function from a cell to a moment or to why there is none; days before ``since`` are placeholders.

    >>> parse = date_parser(DateColumn(column="at", formats="%d-%m-%Y %H:%M"), "Europe/London")
    >>> parse("18-07-2024 00:17").at.isoformat()
    '2024-07-17T23:17:00+00:00'
    """
    readers: list[Reader] = [_snowflake] if column.from_ else [_reader(one) for one in column.formats]
    find = re.compile(column.pattern).search if column.pattern else None
    home = ZoneInfo(zone) if zone else None
    expected = f"{column.column}: expected {_described(column)}"
    known: dict[Any, Parsed] = {}

    def parse(cell: Any) -> Parsed:
        moment = known.get(cell)
        if moment is None:
            if len(known) >= CACHED:
                known.clear()
            written = cell if isinstance(cell, date) else _read(_part(cell.strip(), find), readers)
            moment = _settled(written, home, column.date_only, expected)
            if isinstance(moment, Moment) and moment.on < since:
                moment = Unreadable("date_implausible", f"{expected}; a day before {since} is taken for a placeholder")
            known[cell] = moment
        return moment

    return parse


def _described(column: DateColumn) -> str:
    what = "a post id with a time in it" if column.from_ else " or ".join(column.formats)
    return f"{what}, found by {column.pattern}" if column.pattern else what


def _part(cell: str, find: Callable[[str], re.Match[str] | None] | None) -> str:
    if find is None:
        return cell
    found = find(cell)
    return (found[1] if found.re.groups else found[0]) or "" if found else ""


def _read(text: str, readers: list[Reader]) -> Written | str:
    """What the readers agree on; "ambiguous" when two of them read different moments."""
    if not text:
        return None
    if len(readers) == 1 and (only := readers[0](text)) is not None:
        return only
    found = {moment for reader in readers if (moment := reader(text)) is not None}
    if not found and (plain := _ORDINAL.sub("", text)) != text:
        found = {moment for reader in readers if (moment := reader(plain)) is not None}
    if len(found) > 1:
        return "ambiguous"
    return found.pop() if found else None


def _settled(written: Written | str, home: tzinfo | None, date_only: bool, expected: str) -> Parsed:
    if written is None:
        return Unreadable("date", expected)
    if isinstance(written, str):
        return Unreadable("date_ambiguous", f"{expected}; two of these read it as different moments")
    if not isinstance(written, datetime):
        return Moment(written, None)
    if date_only:
        return Moment(written.date(), None)
    if written.tzinfo is None and home is None:
        return Unreadable("date_without_zone", f"{expected}; it has no offset and the source declares no zone")
    try:
        local = written.replace(tzinfo=home) if written.tzinfo is None else written.astimezone(home or written.tzinfo)
        return Moment(local.date(), local.astimezone(UTC))
    except (OverflowError, ValueError):
        return Unreadable("date", expected)


def _reader(form: str) -> Reader:
    if form == "iso":
        return _iso
    if form in ("epoch_s", "epoch_ms"):
        return _epoch(1_000_000 if form == "epoch_s" else 1_000)
    return _numeric(form) or _strptime(form)


def _iso(text: str) -> Written:
    if text.endswith(" UTC"):
        text = text[:-4] + "+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if ":" in text or "T" in text else moment.date()


def _epoch(microseconds: int) -> Reader:
    def read(text: str) -> Written:
        try:
            count = int(text) if text.isdigit() else float(text)
            moment = _EPOCH + timedelta(microseconds=count * microseconds)
        except (ValueError, OverflowError):
            return None
        return moment if moment.year >= _FIRST_PLAUSIBLE_YEAR else None

    return read


def _snowflake(text: str) -> Written:
    if not (text.isascii() and text.isdigit()) or not _FIRST_SNOWFLAKE <= int(text) < 2**63:
        return None
    return _EPOCH + timedelta(milliseconds=(int(text) >> 22) + _SNOWFLAKE_START_MS)


def _strptime(form: str) -> Reader:
    plain = re.sub(r"%[-0]", "%", form)
    timed = re.search(r"%[HIMScXsz]", plain) is not None

    def read(text: str) -> Written:
        try:
            moment = datetime.strptime(text, plain)
        except ValueError:
            return None
        return moment if timed else moment.date()

    return read


def _numeric(form: str) -> Reader | None:
    """The reader of a format made of numbers only; None for any other."""
    pieces = re.split(r"(%[-0]?[A-Za-z%])", form)
    names = [piece[-1] for piece in pieces[1::2]]
    if not set(names) <= set(_NUMERIC) or len(set(names)) < len(names):
        return None
    match = re.compile("".join(_group(pieces, i) if i % 2 else re.escape(p) for i, p in enumerate(pieces))).fullmatch
    short_year = "y" in names
    order = [names.index("y" if name == "Y" and short_year else name) if name in names or name == "Y" else None
             for name in _PLACES]  # fmt: skip
    used = [place for place in order if place is not None]
    timed, fraction = len(used) > 3, "f" in names

    def read(text: str) -> Written:
        found = match(text)
        if found is None:
            return None
        groups = found.groups()
        numbers = [int(groups[place]) if place is not None else 0 for place in order]
        if fraction:
            numbers[6] = int(groups[used[-1]].ljust(6, "0"))
        if short_year:
            numbers[0] += 2000 if numbers[0] < 69 else 1900  # as strptime does
        try:
            return datetime(*numbers) if timed else date(*numbers[:3])  # type: ignore[arg-type]
        except ValueError:
            return None

    return read


def _group(pieces: list[str], at: int) -> str:
    """One or two digits as strptime takes them; exactly two after %0 or where no separator ends the number."""
    directive = pieces[at]
    name, most = directive[-1], _NUMERIC[directive[-1]]
    if name == "f":
        return "([0-9]{1,6})"
    if directive[1] == "-":
        return "([1-9][0-9]?|0)"
    touching = (at > 1 and not pieces[at - 1]) or (at + 2 < len(pieces) and not pieces[at + 1])
    fixed = name in "Yy" or directive[1] == "0" or touching
    return f"([0-9]{{{most}}})" if fixed else f"([0-9]{{1,{most}}})"
