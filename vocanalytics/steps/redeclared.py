"""A source that is declared otherwise than when its rows landed, and whether they would land a second time.

Without a key a row is known by its mapped cells. Map another column, or decode the file otherwise, and every row
looks new. So a file is read by both declarations first: a row that is stored as the old one knows it, and not as the
new one does, would be counted twice. Where the file cannot be read by the old one any more, days are compared: rows
that landed from this file and are not found again, against rows that would be new on the same days; it is the same
file where they are more than half of either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TypeVar

from vocanalytics.config import Settings
from vocanalytics.errors import SourceError
from vocanalytics.records import Accepted, Row
from vocanalytics.sources import Source, read
from vocanalytics.sources.remembered import always_keyed, as_written, how, kept_by, told_apart
from vocanalytics.steps.door import Door
from vocanalytics.steps.identity import identity_of
from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.earlier import days, declarations, known, last_digest

CHUNK_ROWS = 20_000
T = TypeVar("T")


def refuse_twice(con: Connection, source: Source, door: Door, settings: Settings) -> None:
    """Look before a source is read.

    Raises
    ------
    SourceError
        Rows of it are stored already and would be stored again, because they are told apart otherwise now.
    """
    for was in _others(con, source):
        for path in source.files():
            name = source.name_of(path)
            if last_digest(con, source.name, name) == door.file_digest(source, path):
                continue  # it was read like this to its end: nothing of it will be written
            seen = _by_both(con, was, source, path, door) if was else None
            rows, twice = seen or _by_day(con, source, path, door)
            if twice:
                raise SourceError(
                    _told(was if seen else None, source, f"{twice:,} of {rows:,} rows of {name}", settings)
                )


def _others(con: Connection, source: Source) -> list[Source | None]:
    """The declarations that told rows apart otherwise; None for one that is not known."""
    texts = declarations(con, source.name)
    if not any(texts):
        return [] if always_keyed(source) else [None for _ in texts[:1]]
    past = [as_written(text, source) for text in texts if text]
    return [was for was in past if was is None or told_apart(was) != told_apart(source)]


class _Ids:
    """Submission ids of a file's rows, in order."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.times = Counter[int]()

    def of(self, row: Row) -> str | None:
        if not isinstance(row, Accepted):
            return None
        s = row.submission
        identity = identity_of(row, self.door)
        if s.key is None:
            short = int(identity[:15], 16)  # a file may hold a million rows
            self.times[short] += 1
            identity = f"{identity}#{self.times[short]}"
        return self.door.submission_id(s.source, identity)


def _by_both(con: Connection, was: Source, now: Source, path: Path, door: Door) -> tuple[int, int] | None:
    """Rows, and those that would be counted twice; None where the file cannot be read as it was."""
    before, after = _Ids(door), _Ids(door)
    rows = twice = 0
    for chunk in _chunks((before.of(old), after.of(new)) for old, new in _pairs(was, now, path)):
        rows += len(chunk)
        moved = [(old, new) for old, new in chunk if old and new and old != new]
        held = known(con, now.name, [one for pair in moved for one in pair]) if moved else set[str]()
        twice += sum(old in held and new not in held for old, new in moved)
    return (rows, twice) if rows else None


def _pairs(was: Source, now: Source, path: Path) -> Iterator[tuple[Row, Row]]:
    with suppress(SourceError):  # a file that breaks is told when it is read
        yield from zip(read(was, path), read(now, path), strict=False)


def _by_day(con: Connection, now: Source, path: Path, door: Door) -> tuple[int, int]:
    ids = _Ids(door)
    new, found = Counter[date](), Counter[date]()
    for chunk in _chunks((ids.of(row), row) for row in _readable(now, path)):
        held = known(con, now.name, [one for one, _ in chunk if one])
        for one, row in chunk:
            if isinstance(row, Accepted):
                (found if one in held else new)[row.submission.submitted_on] += 1
    stored = days(con, now.name, now.name_of(path))
    twice = sum(min(count, max(0, stored[day] - found[day])) for day, count in new.items())
    return new.total() + found.total(), twice if 2 * twice > min(new.total(), stored.total()) else 0


def _readable(source: Source, path: Path) -> Iterator[Row]:
    with suppress(SourceError):
        yield from read(source, path)


def _chunks(rows: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _told(was: Source | None, now: Source, found: str, settings: Settings) -> str:
    then = f"by {how(was)}" if was else "which was otherwise"
    keep = kept_by(was, now) if was else None
    stay = (
        f"Declare `{keep}` to go on telling them apart as before; or, to read them anew"
        if keep
        else "To read them anew"
    )
    return (
        f"{now.name}: expected rows to be told apart as when they landed, {then}; {settings.sources} tells them apart "
        f"by {how(now)} now. Found {found} in the store already: a run would count them a second time. {stay}: "
        f"voc sources forget {now.name} --yes --sources {settings.sources} --home {settings.home}, then run again "
        "(rows whose files are gone are lost by that). Nothing of this source was written."
    )
