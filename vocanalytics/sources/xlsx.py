"""XLSX through openpyxl, row by row. Formulas are never evaluated: their stored result counts, else their text."""

from __future__ import annotations

import contextlib
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from vocanalytics.errors import SourceError
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.delimited import headed
from vocanalytics.sources.files import opened
from vocanalytics.sources.tables import Broken, Cells, Table, completed


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    where = f"{source.name}: {path}"
    with opened(where, path, "an .xlsx workbook", text=False) as file:
        values = _sheet(file, source, where, True)
        formulas = _sheet(file, source, where, False) if _has_formulas(file) else None
        columns, rows = headed(source, path, _rows(values, formulas, where))
        full = completed(where, source.columns(), source.optional, columns)
        yield Table(full, _filled(rows, len(columns)), lacking=len(full) - len(columns))


def _has_formulas(file: BinaryIO) -> bool:
    """Whether any sheet holds a formula; looked up first because reading cells twice takes twice as long."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                with archive.open(name) as sheet:
                    tail = b""
                    while chunk := sheet.read(1 << 20):
                        if b"<f>" in (both := tail + chunk) or b"<f " in both:
                            return True
                        tail = chunk[-2:]
    return False


def _sheet(file: BinaryIO, source: Source, where: str, results: bool) -> Any:
    try:
        with _quiet():
            book = openpyxl.load_workbook(file, read_only=True, data_only=results)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(f"{where}: not an .xlsx workbook. Expected one; check format in sources.yaml.") from error
    names = book.sheetnames
    if source.sheet is not None and source.sheet not in names:
        raise SourceError(f"{where}: sheet {source.sheet!r} not found. The workbook has: {', '.join(names)}.")
    sheet = book[source.sheet or names[0]]
    sheet.reset_dimensions()  # some writers state a size that cuts rows off
    return sheet


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """openpyxl warns of styles and validations it leaves out, which no reader of a feed can act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _each(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        with _quiet():  # row by row, so that the caller's warnings are never silenced
            row = next(rows, None)
        if row is None:
            return
        yield row


def _rows(values: Any, formulas: Any, where: str) -> Iterator[Cells | Broken]:
    """Rows down to the last one that holds anything; formatted but empty rows below it are no data."""
    blank = 0
    try:
        rows = _each(values)
        texts = _each(formulas) if formulas is not None else itertools.repeat(())
        for results, written in zip(rows, texts, strict=False):
            cells = [_cell(result, formula) for result, formula in itertools.zip_longest(results, written)]
            while cells and cells[-1] == "":
                cells.pop()
            if not cells:
                blank += 1
                continue
            yield from ([""] for _ in range(blank))
            blank = 0
            yield cells
    except (zipfile.BadZipFile, SyntaxError, EOFError, KeyError, ValueError) as error:
        raise SourceError(f"{where}: the workbook is damaged. Expected a whole one; save it again.") from error


def _cell(result: Any, formula: Any) -> Any:
    if result is None:
        result = formula  # a formula nobody has calculated yet stays the text it is
    if result is None:
        return ""
    if isinstance(result, bool):
        return "TRUE" if result else "FALSE"
    if isinstance(result, float) and result.is_integer():
        return str(int(result))
    if isinstance(result, time):
        return result.isoformat()
    return result if isinstance(result, date) else str(result)


def _filled(rows: Iterator[Cells | Broken], width: int) -> Iterator[Cells | Broken]:
    """Sheets do not store the empty cells at the end of a row."""
    for cells in rows:
        if isinstance(cells, list) and len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        yield cells
