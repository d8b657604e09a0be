"""A file as a reader hands it on: columns, and rows of cells in the same order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Rejected
from vocanalytics.sources.settings import tidy

Cells = list[Any]  # text; in date columns of typed files also date and datetime
_SHOWN = 40
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Broken:
    """A row whose cells cannot be told apart. ``raw`` is only ever hashed."""

    code: str
    reason: str
    raw: str

    def rejected(self, position: int) -> Rejected:
        return Rejected(position, self.code, self.reason, hashable(self.raw))


@dataclass(slots=True)
class Doubt:
    """Raised by a reader when its texts may hold NULs or what no encoding can write."""

    raised: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: Iterator[Cells | Broken]
    doubt: Doubt = field(default_factory=Doubt)
    defaults: dict[str, Any] = field(default_factory=dict)  # settings the format knows by itself
    question_texts: dict[str, str] = field(default_factory=dict)  # column -> as the customer read it
    zone: str | None = None  # as the file says
    lacking: int = 0  # optional columns at the end that the file does not have


def damage(cells: Iterable[Any]) -> str | None:
    """``nul`` or ``encoding`` when a text cell holds what is not text, else None.

    >>> damage(["fine", "caf\\udcff"])
    'encoding'
    """
    for cell in cells:
        if isinstance(cell, str) and (found := _NOT_TEXT.search(cell)):
            return "nul" if found[0] == "\0" else "encoding"
    return None


def hashable(raw: str) -> str:
    """``raw`` without what UTF-8 cannot write."""
    return raw.encode("utf-8", "backslashreplace").decode("utf-8")


def named(columns: Iterable[object]) -> tuple[str, ...]:
    return tuple(tidy(column) for column in columns)


def require(where: str, wanted: Collection[str], found: tuple[str, ...]) -> None:
    """Raises MissingColumns, or SourceError when a wanted column occurs twice.

    Names are shown only when at least one is as declared: otherwise the first row is probably no header but
    a customer's words.
    """
    missing = [column for column in wanted if column not in found]
    if missing:
        known = any(column in found for column in wanted)
        shown = list(found[:_SHOWN]) if known else [f"{len(found)} others; is there a header row at all"]
        raise MissingColumns(where, missing, [*shown, *(["and more"] if known and len(found) > _SHOWN else [])])
    if double := sorted(column for column in wanted if found.count(column) > 1):
        raise SourceError(
            f"{where}: column(s) {', '.join(double)} occur more than once, so it is unclear which to read. "
            "Rename one in the export; nothing of this file was loaded."
        )


def completed(
    where: str, mapped: Collection[str], optional: Collection[str], found: tuple[str, ...]
) -> tuple[str, ...]:
    """The columns with the optional ones a file lacks at the end; the plan fills the rows up with blanks."""
    require(where, [name for name in mapped if name not in optional], found)
    return (*found, *(name for name in optional if name in mapped and name not in found))
