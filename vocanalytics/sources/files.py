"""Opening a feed's file: what it really is, and whether it kept still while it was read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vocanalytics.errors import SourceError

_MAGIC = (
    (b"PK\x03\x04", "a zip archive, perhaps an .xlsx workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook or one with a password"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_TEXT_CONTROLS = b"\t\n\r\f\v\x1b\x00"


def looks_like(start: bytes) -> str | None:
    """What a file that should be text looks like instead; None when it may be text.

    >>> looks_like(b"%PDF-1.7 ...")
    'a PDF'
    """
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or not start:
        return None
    zeros = start.count(0) / len(start)
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in start) / len(start)
    utf16 = max(start[0::2].count(0), start[1::2].count(0)) > 0.9 * start.count(0)
    return "an unknown binary file" if controls > 0.05 or (zeros > 0.1 and not utf16) else None


@contextlib.contextmanager
def opened(where: str, path: Path, expected: str, text: bool = True) -> Iterator[BinaryIO]:
    """The file for reading. Raises SourceError when it cannot be opened, is empty, or is plainly something else.

    ``where`` is the source and the file, as every message about them begins.
    """
    if path.is_dir():
        raise SourceError(f"{where}: this is a folder. Expected {expected}; use a pattern such as {path.name}/*.csv.")
    if path.exists() and not path.is_file():
        raise SourceError(f"{where}: this is no file but a pipe or device. Expected {expected}.")
    with path.open("rb") as file:
        start = file.read(8192)
        if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
            raise SourceError(f"{where}: the file is empty. Expected {expected}; the export probably failed.")
        if text and (name := looks_like(start)):
            raise SourceError(f"{where}: this looks like {name}. Expected {expected}; check format in sources.yaml.")
        file.seek(0)
        yield file


@contextlib.contextmanager
def unchanged(where: str, path: Path) -> Iterator[None]:
    """Raises SourceError when the file is not afterwards what it was before, whatever else went wrong meanwhile."""
    before = _state(path)
    try:
        yield
    except GeneratorExit:
        raise
    except Exception:
        _compare(where, path, before)
        raise
    _compare(where, path, before)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _compare(where: str, path: Path, before: tuple[int, int] | None) -> None:
    if before is not None and _state(path) != before:
        raise SourceError(f"{where}: changed while being read. Wait until the export has finished, then run again.")
