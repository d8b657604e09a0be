"""Google Play's monthly review reports: UTF-16 CSV without an id column, one row per review and edit.

https://support.google.com/googleplay/android-developer/answer/6135870
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from vocanalytics.sources import delimited
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.tables import Broken, Cells, Table, require

KEY = "reviewId"
_LINK = "Review Link"
_REVIEW_ID = re.compile(r"[?&#:]reviewid=([^&#\s]+)", re.IGNORECASE)
_TEXTS = ("Review Title", "Review Text")
# what an edit of a review leaves as it is
_STEADY = ("Package Name", "Device", "Reviewer Language", "Review Submit Millis Since Epoch")


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    with delimited.rows_of(source, path) as (rows, doubt):
        columns, rows = delimited.headed(source, path, rows)
        needed = {*source.columns(), "Star Rating", _LINK, *_TEXTS} - {*source.optional, KEY}
        require(f"{source.name}: {path}", sorted(needed), columns)
        yield Table((*columns, KEY), _with_key(columns, rows), doubt, _defaults(columns))


def _with_key(columns: tuple[str, ...], rows: Iterator[Cells | Broken]) -> Iterator[Cells | Broken]:
    width, link = len(columns), columns.index(_LINK)
    for cells in rows:
        if isinstance(cells, Broken):
            yield cells
        elif len(cells) != width:
            reason = f"{len(cells)} cells where {width} were expected"
            yield Broken("columns", reason, "\x1f".join(cells))
        else:
            found = _REVIEW_ID.search(cells[link])
            yield [*cells, unquote(found[1]) if found else ""]


def _defaults(columns: tuple[str, ...]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "key": KEY,
        "identity": [name for name in _STEADY if name in columns],  # ratings without text have no link
        "questions": [{"id": "review", "columns": list(_TEXTS)}],
        "scores": [{"id": "stars", "column": "Star Rating", "scale": "stars_1_5"}],
        "submitted": _moment(columns, "Review Submit"),
        "updated": _moment(columns, "Review Last Update"),
    }
    if "App Version Name" in columns:
        known["dimensions"] = {"software_version": "App Version Name"}
    return {name: value for name, value in known.items() if value}


def _moment(columns: tuple[str, ...], which: str) -> dict[str, str] | None:
    for column, form in ((f"{which} Millis Since Epoch", "epoch_ms"), (f"{which} Date and Time", "iso")):
        if column in columns:
            return {"column": column, "formats": form}
    return None
