"""The sheet people label in, as XLSX with drop-downs or as CSV: written safely, read forgivingly."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vocanalytics.errors import ConfigError, MissingColumns, SourceError, as_names, in_words
from vocanalytics.taxonomy import Taxonomy
from vocanalytics.warehouse.label_draws import Drawn

SUFFIXES = (".xlsx", ".csv")
NONE = "(none)"
NOT_SURE = "(not sure)"
POLARITIES = ("negative", "neutral", "positive")
THEME_COLUMNS = ("themes_1", "themes_2", "themes_3")
_GIVEN = ("segment_key", "stratum", "text", "context", "channel", "question")
_GUESS = ("guess_themes", "guess_touchpoint", "guess_polarity")
_WIDTHS = {"text": 60, "context": 60, "question": 30, "segment_key": 12}
_LONGEST = 32_000  # a cell of a workbook holds 32,767 characters
_FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REMEDY = "Fill in a sheet as `voc label export` wrote it, and keep its first line. Nothing was imported."
_GUIDE = (
    "Label what stands in `text`; `context` is all the customer wrote there.",
    f"themes: up to three, or {NONE} where nothing in the list fits. touchpoint: the one place it is about, or {NONE}.",
    "polarity: how the customer feels in this segment.",
    "A blank means: not judged. A row left blank altogether is skipped.",
    "coder: who labelled the row, where that is not whoever imports the sheet.",
    "Do not change segment_key. Judge by the words, not by the guess.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a filled-in sheet as it stands; ``row`` is its number in the sheet, the header being 1."""

    row: int
    segment_key: str
    themes: tuple[str, ...]
    touchpoint: str
    polarity: str
    coder: str
    is_guess_shown: bool

    @property
    def is_blank(self) -> bool:
        return not (self.themes or self.touchpoint or self.polarity)


def sheet_suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ConfigError(f"{path}: expected a name ending in {' or '.join(SUFFIXES)}. Nothing was read or written.")
    return suffix


def write_sheet(path: Path, kind: str, rows: Sequence[Drawn], taxonomy: Taxonomy, *, guess: bool) -> None:
    """Write ``rows`` to ``path``, a ``.xlsx`` or ``.csv`` by ``kind``; without ``guess`` its columns stay empty."""
    themes = THEME_COLUMNS if kind == ".xlsx" else ("themes",)
    header = [*_GIVEN, *_GUESS, *themes, "touchpoint", "polarity", "coder"]
    cells = [_cells(row, guess) for row in rows]
    if kind == ".xlsx":
        _write_xlsx(path, header, cells, taxonomy)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark tells Excel that it is UTF-8
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows([*map(inert, row), *[""] * (len(header) - len(row))] for row in cells)


def inert(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula (OWASP, "CSV injection").

    >>> inert("=cmd|' /C calc'!A0")[:6]
    "'=cmd|"
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _cells(row: Drawn, guess: bool) -> list[str]:
    given = [row.segment_key, row.stratum, _fit(row.segment), _around(row), row.channel, row.question or ""]
    if not guess:
        return [*map(_plain, given), *[""] * len(_GUESS)]
    themes = "; ".join(row.themes) or _silence(row.themes_outcome)
    return [*map(_plain, given), themes, row.touchpoint or _silence(row.touchpoint_outcome), row.polarity]


def _silence(outcome: str) -> str:
    return NONE if outcome == "none_applies" else NOT_SURE


def _plain(cell: str) -> str:
    return _CONTROL.sub("\ufffd", cell)


def _fit(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _around(row: Drawn) -> str:
    """The verbatim, or where it is too long for a cell what stands around the segment."""
    if len(row.verbatim) <= _LONGEST:
        return row.verbatim
    start = max(0, int(row.segment_key.rsplit("-", 2)[1]) - _LONGEST // 2)
    return f"…{row.verbatim[start : start + _LONGEST]}…"


def _write_xlsx(path: Path, header: list[str], rows: Iterable[list[str]], taxonomy: Taxonomy) -> None:
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "labels"
    sheet.append(header)
    for number, row in enumerate(rows, start=2):
        for column, cell in enumerate(row, start=1):
            written = sheet.cell(number, column)
            written.value = cell
            written.data_type = "s"  # openpyxl takes a leading "=" for a formula
            written.quotePrefix = True  # and so would a spreadsheet when the cell is edited
            written.alignment = Alignment(wrap_text=True, vertical="top")
    for column, name in enumerate(header, start=1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = _WIDTHS.get(name, 18)
        sheet.cell(1, column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    _offer(book, sheet, header, taxonomy)
    guide = book.create_sheet("guide")
    for line in _GUIDE:
        guide.append([line])
    book.save(path)


def _offer(book: Any, sheet: Any, header: list[str], taxonomy: Taxonomy) -> None:
    """Drop-downs, from a sheet that says what each id means."""
    from openpyxl.worksheet.datavalidation import DataValidation

    ids = book.create_sheet("ids")
    lists: dict[str, list[tuple[str, str]]] = {
        "themes": [(theme.id, theme.about or theme.label) for theme in taxonomy.themes],
        "touchpoint": [(point.id, point.about or point.label) for point in taxonomy.touchpoints],
        "polarity": [(name, "") for name in POLARITIES],
    }
    for place, (axis, known) in enumerate(lists.items()):
        column = 2 * place + 1
        offered = known if axis == "polarity" else [(NONE, "nothing in this list fits"), *known]
        for row, pair in enumerate([(axis, "meaning"), *offered], start=1):
            for shift, text in enumerate(pair):
                ids.cell(row, column + shift).value = _plain(text)
                ids.cell(row, column + shift).data_type = "s"
        letter = "ACE"[place]
        choice = DataValidation("list", formula1=f"ids!${letter}$2:${letter}${len(offered) + 1}", allow_blank=True)
        choice.error, choice.errorTitle, choice.showErrorMessage = "Choose one of the list.", "Unknown id", True
        sheet.add_data_validation(choice)
        for position, name in enumerate(header):
            if name == axis or (axis == "themes" and name in THEME_COLUMNS):
                drop = chr(ord("A") + position)
                choice.add(f"{drop}2:{drop}{max(sheet.max_row, 2)}")


def read_sheet(path: Path) -> list[Line]:
    """Every row of a filled-in sheet that holds anything.

    Raises
    ------
    ConfigError
        Another suffix.
    SourceError
        The file cannot be read; `MissingColumns` if a column is gone.
    """
    rows = _xlsx_rows(path) if sheet_suffix(path) == ".xlsx" else _csv_rows(path)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        themes = [name for name in header if name == "themes" or name in THEME_COLUMNS]
        needed = {"segment_key", "touchpoint", "polarity"} | (set() if themes else {"themes"})
        if missing := needed - set(header):
            raise MissingColumns(path.name, missing, as_names(header), _REMEDY)
        return [
            _line(number, dict(zip(header, cells, strict=False)), themes)
            for number, cells in enumerate(rows, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except UnicodeError:
        raise _unreadable(path, "it is not text") from None
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError, csv.Error) as error:
        raise _unreadable(path, in_words(error)) from None


def _unreadable(path: Path, why: str) -> SourceError:
    return SourceError(
        f"{path.name}: not readable as {path.suffix.lower()}: {why}. Save it again. Nothing was imported."
    )


def _line(number: int, cells: dict[str, str], themes: Sequence[str]) -> Line:
    said = {name: cell.strip() for name, cell in cells.items()}
    # ids have small letters only, and spreadsheets like to begin a cell with a capital
    ids = [part.strip().lower() for name in themes for part in re.split("[;,]", said.get(name, ""))]
    return Line(
        row=number,
        segment_key=said.get("segment_key", "").removeprefix("'"),
        themes=tuple(dict.fromkeys(one for one in ids if one)),
        touchpoint=said.get("touchpoint", "").lower(),
        polarity=said.get("polarity", "").lower(),
        coder=said.get("coder", ""),
        is_guess_shown=any(said.get(name) for name in _GUESS),
    )


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles that openpyxl leaves out, which nobody can act on
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        except InvalidFileException as error:
            raise ValueError(str(error)) from None
        sheet = book["labels"] if "labels" in book.sheetnames else book.worksheets[0]
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
    yield from rows


def _csv_rows(path: Path) -> Iterator[list[str]]:
    """Comma, semicolon or tab, as spreadsheets of different countries save it; ids are ASCII in any encoding."""
    content = path.read_bytes()
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if utf16 else "utf-8-sig", errors="strict" if utf16 else "replace")
    first = text.split("\n", 1)[0]
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
