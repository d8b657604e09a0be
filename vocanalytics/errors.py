"""Everything this package raises on purpose.

VocError
├── ConfigError            a settings or declaration file says something we cannot act on
│   └── UnknownKey         a key nobody reads, usually a typing error
├── SourceError            an input file is not what its declaration says
│   └── MissingColumns
├── TaxonomyError          a coding frame contradicts itself or a model
├── ModelError             a model artefact is absent, altered or mismatched
├── KeyMismatch            the hashing key is not the one the warehouse was made with
├── WarehouseBusy          another run holds the warehouse
├── WarehouseTooNew        the warehouse was written by a newer edition of this package
├── NotEnoughRoom          the disk cannot hold what is about to be written
├── CheckFailed            a published table broke a promise made in its contract
└── RunFailed              part of a run failed; says which part, and what did land
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_NAME = re.compile(r"[\w.:/()#-]+(?: [\w.:/()#-]+){0,3}")
_SHOWN_NAMES = 40


class VocError(Exception):
    """Caught by flows and commands, so that real bugs still crash. ``exit_code`` is what ``voc`` ends with."""

    exit_code = 1


class ConfigError(VocError, ValueError):
    """A settings or declaration file says something we cannot act on."""

    exit_code = 2


class UnknownKey(ConfigError):
    """A key nobody reads.

    >>> raise UnknownKey("sources.yaml", "chanel", ["channel", "path"])
    Traceback (most recent call last):
    vocanalytics.errors.UnknownKey: sources.yaml: unknown key 'chanel'; did you mean 'channel'? Nothing was read.
    """

    def __init__(self, where: str, key: str, known: Iterable[str]) -> None:
        self.key, known = key, sorted(known)
        close = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
        hint = f"did you mean {close[0]!r}?" if close else "no key is allowed here."
        super().__init__(f"{where}: unknown key {key!r}; {hint} Nothing was read.")


class SourceError(VocError):
    """An input file is not what its declaration says."""

    exit_code = 3


class MissingColumns(SourceError):
    """A file lacks columns it is said to have. ``remedy`` is what to do about it, and what was done so far."""

    def __init__(self, where: str, missing: Iterable[str], found: Iterable[str], remedy: str = "") -> None:
        self.missing, self.found = sorted(missing), list(found)
        remedy = remedy or (
            "If the export was renamed, change the column names of this source in sources.yaml; "
            "nothing of this file was loaded."
        )
        super().__init__(
            f"{where}: column(s) {', '.join(self.missing)} not found. "
            f"The file has: {', '.join(self.found) or 'none'}. {remedy}"
        )


class TaxonomyError(VocError, ValueError):
    """A coding frame contradicts itself or a model."""

    exit_code = 2


class ModelError(VocError):
    """A model artefact is absent, altered or mismatched."""

    exit_code = 4


class KeyMismatch(VocError):
    """The hashing key is not the one the warehouse was made with."""

    exit_code = 5


class WarehouseBusy(VocError):
    """Another run holds the warehouse. 75 is EX_TEMPFAIL: try again later."""

    exit_code = 75


class WarehouseTooNew(VocError):
    """The warehouse was written by a newer edition of this package."""

    exit_code = 5


class NotEnoughRoom(VocError):
    """The disk cannot hold what is about to be written."""

    exit_code = 6


class CheckFailed(VocError):
    """A published table broke a promise made in its contract."""

    exit_code = 7


class RunFailed(VocError):
    """Part of a run failed; the message says which part, and what did land."""

    exit_code = 1


def in_words(error: Exception) -> str:
    """Why a file could not be read, for a person; never what stands in it.

    >>> in_words(FileNotFoundError(2, "No such file or directory"))
    'No such file or directory'
    """
    if isinstance(error, OSError):
        return error.strerror or "it cannot be opened"
    message = str(error)
    if cells := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message):
        return f"line {cells[2]} has {cells[3]} cells where {cells[1]} were expected"
    if row := re.search(r"EOF inside string starting at row (\d+)", message):
        return f"a quote that opens near row {row[1]} (1 = first below the header) is not closed"
    return "the file is empty" if "No columns to parse" in message else "its content is damaged"


def other_separator(header: Sequence[str]) -> str | None:
    """What to say of a header that is one column because something else than commas separates its cells."""
    if len(header) == 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if mark in header[0]:
                return f"one column, of cells that {word} separate where commas were expected"
    return None


def as_names(found: Iterable[object]) -> list[str]:
    """Column names fit to be shown: where a file has no header, its first row is some customer's words.

    >>> as_names(["id", "I waited for three hours, and then nobody came"])
    ['id', '(one that is no name)']
    >>> as_names(["id;text;stars"])
    ['one column, of cells that semicolons separate where commas were expected']
    """
    names = [str(name) for name in found]
    if separated := other_separator(names):
        return [separated]
    shown = [name if len(name) <= 60 and _NAME.fullmatch(name) else "(one that is no name)" for name in names]
    return [*shown[:_SHOWN_NAMES], *(["and more"] if len(shown) > _SHOWN_NAMES else [])]
