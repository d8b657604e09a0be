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
from collections.abc import Iterable


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
    """A file lacks columns its declaration maps."""

    def __init__(self, where: str, missing: Iterable[str], found: Iterable[str]) -> None:
        self.missing, self.found = sorted(missing), list(found)
        super().__init__(
            f"{where}: column(s) {', '.join(self.missing)} not found. The file has: {', '.join(self.found)}. "
            "If the export was renamed, change the column names of this source in sources.yaml; "
            "nothing of this file was loaded."
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
