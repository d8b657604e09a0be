"""CSV and TSV: any encoding, any row length, and no quote that swallows the rest of a file."""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vocanalytics.errors import SourceError
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.files import opened
from vocanalytics.sources.repairs import repaired_rows
from vocanalytics.sources.tables import Broken, Cells, Doubt, Table, completed, named
from vocanalytics.sources.texts import TextLines

_DELIMITERS = (",", ";", "\t", "|")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    with rows_of(source, path) as (rows, doubt):
        columns, rows = headed(source, path, rows)
        full = completed(f"{source.name}: {path}", source.columns(), source.optional, columns)
        yield Table(full, rows, doubt, lacking=len(full) - len(columns))


@contextlib.contextmanager
def rows_of(source: Source, path: Path) -> Iterator[tuple[Iterator[Cells | Broken], Doubt]]:
    """All rows of the file, the header among them."""
    csv.field_size_limit(2**31 - 1)  # a verbatim may be longer than the 128 KB csv allows
    where = f"{source.name}: {path}"
    with opened(where, path, f"a {source.format} file") as file:
        doubt = Doubt(raised=False)
        lines = TextLines(file, where, source.encoding, doubt)
        delimiter = source.delimiter or _delimiter(source, lines)
        plain = source.quoting == "none"
        rows = _unquoted_rows(lines, delimiter, source.unescape) if plain else _quoted_rows(lines, delimiter)
        yield repaired_rows(rows) if source.double_encoded else rows, doubt


def headed(
    source: Source, path: Path, rows: Iterator[Cells | Broken]
) -> tuple[tuple[str, ...], Iterator[Cells | Broken]]:
    """Column names (declared, the first row, or numbers from 1 when there are none) and the rows of data."""
    if isinstance(source.header, tuple):
        return source.header, rows
    first = next(rows, [])
    if source.header is False:
        width = 0 if isinstance(first, Broken) else len(first)
        return tuple(str(number + 1) for number in range(width)), itertools.chain([first], rows)
    if isinstance(first, Broken):
        raise SourceError(f"{source.name}: {path}: the header cannot be read: {first.reason}. Nothing was loaded.")
    return named(first), rows


def _delimiter(source: Source, lines: TextLines) -> str:
    """The one that makes every mapped column appear in the first line, else the one that cuts it most."""
    if source.format == "tsv":
        return "\t"
    if source.header is not True:
        return ","
    start = lines.probe.decode(lines.encoding, "replace").lstrip("\ufeff\r\n")
    wanted = {name for name in source.columns() if name not in source.optional}
    found: dict[str, int] = {}
    for delimiter in _DELIMITERS:
        first: list[str] = next(iter(csv.reader(start.splitlines(keepends=True), delimiter=delimiter)), [])
        if wanted and wanted <= set(named(first)):
            return delimiter
        found[delimiter] = len(first)
    return max(found, key=lambda one: found[one])


def _quoted_rows(lines: TextLines, delimiter: str) -> Iterator[Cells | Broken]:
    # strict: a lenient reader drops stray quotes and glues rows together without a word
    reader: Any = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.row_begins()
        try:
            for cells in reader:
                if cells:
                    yield cells
                lines.row_begins()
            return
        except csv.Error as error:
            # within one line the damage is one row; beyond, nobody can tell where the next row starts
            if lines.row_lines != 1 or "end of data" in str(error):
                raise lines.unclosed() from None
            yield Broken("quotes", "quotes or line ends inside a cell are not written as CSV asks", lines.last)


def _unquoted_rows(lines: TextLines, delimiter: str, unescape: bool) -> Iterator[Cells | Broken]:
    for line in lines:
        lines.row_begins()
        text = line.rstrip("\r\n")
        if text:
            cells = text.split(delimiter)
            yield [_unescaped(cell) for cell in cells] if unescape else cells


def _unescaped(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].replace('""', '"')
    if "\\" not in cell:
        return cell
    return _ESCAPES.sub(_characters, cell.replace('\\"', '"'))


def _characters(escapes: re.Match[str]) -> str:
    units = bytes.fromhex(escapes[0].replace("\\u", ""))
    try:
        return units.decode("utf-16-be")
    except UnicodeDecodeError:  # half of a pair; as written is better than unreadable
        return escapes[0]
