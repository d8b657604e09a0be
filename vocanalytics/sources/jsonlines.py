"""JSONL: one JSON object a line; columns are dotted paths into it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from vocanalytics.sources.declaration import Source
from vocanalytics.sources.files import opened
from vocanalytics.sources.records_json import Object, cells_of, checked, needed_paths
from vocanalytics.sources.tables import Broken, Cells, Doubt, Table
from vocanalytics.sources.texts import TextLines


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    where = f"{source.name}: {path}"
    with opened(where, path, "a file with one JSON object a line") as file:
        lines = TextLines(file, where, source.encoding, Doubt())
        found = checked(where, records(lines), needed_paths(source))
        yield Table(source.columns(), rows(found, cells_of(source.columns())))


def records(lines: TextLines) -> Iterator[Object | Broken]:
    for line in lines:
        lines.row_begins()
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield Broken("json", "the line is not one whole JSON object", line)
            continue
        yield record if isinstance(record, dict) else Broken("json", "the line is JSON but not an object", line)


def rows(found: Iterator[Object | Broken], to_cells: Callable[[Object], Cells]) -> Iterator[Cells | Broken]:
    for record in found:
        yield record if isinstance(record, Broken) else to_cells(record)
