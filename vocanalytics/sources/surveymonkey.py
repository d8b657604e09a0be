"""SurveyMonkey CSV: questions in row 1 (blank = the same question goes on), their choices in row 2.

https://help.surveymonkey.com/en/surveymonkey/analyze/export-formats/
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vocanalytics.sources import delimited
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.settings import tidy
from vocanalytics.sources.tables import Broken, Cells, Table, completed, named

_PLAIN_CHOICES = ("", "Response", "Open-Ended Response")
_PERSONAL = ("First Name", "Last Name", "Email Address", "IP Address")
_FORMATS = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "iso"]
_OWN = 9  # Respondent ID to Custom Data 1 describe the respondent and have no choices below them


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    with delimited.rows_of(source, path) as (rows, doubt):
        first, rows = delimited.headed(source, path, rows)
        second = next(rows, [])
        if isinstance(second, Broken) or _is_response(first, second):
            columns, texts, rows = first, dict(zip(first, first, strict=True)), itertools.chain([second], rows)
        else:
            columns, texts = _questions(first, second)
        full = completed(f"{source.name}: {path}", source.columns(), source.optional, columns)
        yield Table(full, rows, doubt, _defaults(columns), texts, lacking=len(full) - len(columns))


def _is_response(columns: tuple[str, ...], cells: Cells) -> bool:
    return bool(cells) and bool(columns) and bool(str(cells[0]).strip())


def _questions(first: tuple[str, ...], second: Cells) -> tuple[tuple[str, ...], dict[str, str]]:
    """Column names (``question`` or ``question - choice``) and the question behind each."""
    names, texts, question = [], {}, ""
    for number, cell in enumerate(first):
        question = cell or question
        choice = tidy(second[number]) if number < len(second) else ""
        name = question if choice in _PLAIN_CHOICES else f"{question} - {choice}"
        names.append(name)
        texts[name] = question
    return named(names), texts


def _defaults(columns: tuple[str, ...]) -> dict[str, Any]:
    known: dict[str, Any] = {"personal": [name for name in _PERSONAL if name in columns]}
    if "Respondent ID" in columns:
        known["key"] = "Respondent ID"
    dated = next((name for name in ("End Date", "Date Modified", "Start Date") if name in columns), None)
    if dated:
        known["submitted"] = {"column": dated, "formats": _FORMATS}
    return {name: value for name, value in known.items() if value}
