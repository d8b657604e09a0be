"""Qualtrics CSV: column names, then the questions as people read them, then (since 2017) a row of ImportIds.

https://www.qualtrics.com/support/survey-platform/data-and-analysis-module/data/download-data/understanding-your-dataset/
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from vocanalytics.sources import delimited
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.tables import Broken, Cells, Table, completed

# current name, then the one of legacy exports
_KEY = ("ResponseId", "ResponseID")
_CUSTOMER = ("ExternalReference", "ExternalDataReference")
_PERSONAL = ("RecipientFirstName", "RecipientLastName", "RecipientEmail", "IPAddress", "Name", "EmailAddress")
_PREVIEWS = ["Survey Preview", "Survey Test", "Offline Survey Preview", "1", "2", "17"]
_SPAM = ["Spam", "Survey Preview Spam", "Imported Spam", "Offline Spam", "8", "9", "12", "24", "40", "48"]


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    with delimited.rows_of(source, path) as (rows, doubt):
        columns, rows = delimited.headed(source, path, rows)
        texts, ids, rows = _descriptions(columns, rows)
        full = completed(f"{source.name}: {path}", source.columns(), source.optional, columns)
        yield Table(full, rows, doubt, _defaults(columns), texts, _zone(ids), len(full) - len(columns))


def _descriptions(
    columns: tuple[str, ...], rows: Iterator[Cells | Broken]
) -> tuple[dict[str, str], list[str], Iterator[Cells | Broken]]:
    """Question texts by column, the ImportIds, and the rows that are left."""
    second, third = next(rows, []), next(rows, [])
    if isinstance(second, Broken) or _is_response(columns, second):
        return {}, [], itertools.chain([row for row in (second, third) if row], rows)
    texts = {name: str(text).strip() for name, text in zip(columns, second, strict=False)}
    if isinstance(third, list) and any(str(cell).startswith(('{"ImportId"', "{'ImportId'")) for cell in third):
        return texts, third, rows
    return texts, [], itertools.chain([third] if third else [], rows)


def _is_response(columns: tuple[str, ...], cells: Cells) -> bool:
    """An export whose second row was cut away: its key cell already holds a response's id."""
    return any(name in _KEY and str(cell).startswith("R_") for name, cell in zip(columns, cells, strict=False))


def _zone(import_ids: list[str]) -> str | None:
    for cell in import_ids:
        try:
            zone = json.loads(cell.replace("'", '"')).get("timeZone")
            if zone:
                return ZoneInfo("UTC" if zone == "Z" else zone).key
        except (ValueError, AttributeError, KeyError, OSError):
            continue
    return None


def _defaults(columns: tuple[str, ...]) -> dict[str, Any]:
    first = {name: next((one for one in names if one in columns), None) for name, names in _SINGLE.items()}
    known: dict[str, Any] = {name: column for name, column in first.items() if column}
    known["personal"] = [name for name in _PERSONAL if name in columns]
    if "Status" in columns:
        known["keep_where"] = [
            {"column": "Status", "not_in": _PREVIEWS, "code": "preview"},
            {"column": "Status", "not_in": _SPAM, "code": "spam"},
        ]
    return {name: value for name, value in known.items() if value}


_SINGLE = {"key": _KEY, "customer": _CUSTOMER, "submitted": ("EndDate", "RecordedDate")}
