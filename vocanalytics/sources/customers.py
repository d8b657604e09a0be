"""What a company knows about its customers, to split figures by and to weigh them with."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from vocanalytics.errors import SourceError
from vocanalytics.sources.dates import Parsed, Unreadable, date_parser
from vocanalytics.sources.declaration import CustomersTable, Declaration, Source
from vocanalytics.sources.files import unchanged
from vocanalytics.sources.reading import opened_table
from vocanalytics.sources.settings import DateColumn, Format
from vocanalytics.sources.tables import Broken, damage

_FORMATS: Final[dict[str, Format]] = {".tsv": "tsv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".parquet": "parquet"}
_OWN = ("region", "tenure_years", "loyalty_tier", "left_on")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    key: str  # what feeds call the customer; hashed before it is stored
    region: str | None
    tenure_years: float | None
    loyalty_tier: str | None
    left_on: date | None
    attributes: tuple[tuple[str, str], ...]


def customers(declaration: Declaration) -> Iterator[CustomerRow]:
    """The declared customers file, row by row; nothing when none is declared.

    Raises SourceError (MissingColumns) at the first row that cannot be read: half a customer file would
    quietly change every weighted figure, so what to do about the rows already read is the caller's choice.
    """
    settings = declaration.customers
    if settings is None:
        return
    columns = dict(settings.columns) or {name: name for name in _OWN}
    source = Source.model_construct(
        name="customers",
        channel="contact",
        format=_FORMATS.get(Path(settings.path).suffix.lower(), "csv"),
        path=settings.path,
        identity=(settings.key, *columns.values()),
        optional=() if settings.columns else _OWN,
    )
    source._folder = settings._folder
    for path in source.files():
        yield from _rows(source, path, settings, columns)


def _rows(source: Source, path: Path, settings: CustomersTable, columns: dict[str, str]) -> Iterator[CustomerRow]:
    with unchanged(f"customers: {path}", path), opened_table(source, path) as table:
        at = {name: number for number, name in enumerate(table.columns)}
        width = len(table.columns) - table.lacking
        parse = date_parser(DateColumn(column="left_on", formats=settings.formats, date_only=True), None)
        for position, cells in enumerate(table.rows, 1):
            if isinstance(cells, Broken) or len(cells) != width:
                raise _bad(path, position, "a row", f"{width} cells")
            cells += [""] * table.lacking
            if not any(str(cell).strip() for cell in cells):
                continue
            if damage(cells):
                raise _bad(path, position, "a row", "text in the file's encoding")
            facts = {name: str(cells[at[column]]).strip() for name, column in columns.items()}
            left = cells[at[columns["left_on"]]] if "left_on" in columns else ""
            yield _row(path, position, str(cells[at[settings.key]]).strip(), facts, parse(left))


def _row(path: Path, position: int, key: str, facts: dict[str, str], left: Parsed) -> CustomerRow:
    if not key:
        raise _bad(path, position, "the key", "each customer's reference")
    if isinstance(left, Unreadable) and facts.get("left_on"):
        raise _bad(path, position, "left_on", "a date such as 2026-10-28; `formats` declares others")
    return CustomerRow(
        key=key,
        region=facts.get("region") or None,
        tenure_years=_years(path, position, facts.get("tenure_years", "")),
        loyalty_tier=facts.get("loyalty_tier") or None,
        left_on=None if isinstance(left, Unreadable) else left.on,
        attributes=tuple((name, value) for name, value in facts.items() if name not in _OWN and value),
    )


def _years(path: Path, position: int, cell: str) -> float | None:
    if not cell:
        return None
    try:
        years = float(cell)
    except ValueError:
        years = math.nan
    if not 0 <= years < 150:
        raise _bad(path, position, "tenure_years", "a number of years")
    return years


def _bad(path: Path, position: int, what: str, expected: str) -> SourceError:
    return SourceError(
        f"customers: {path}: row {position}: {what} cannot be read. Expected {expected}; correct it and run again. "
        "What a run knew of customers stays as it was."
    )
