"""Parquet, a batch at a time; columns may be dotted paths into structs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vocanalytics.errors import SourceError
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.files import opened
from vocanalytics.sources.records_json import cell, reach
from vocanalytics.sources.tables import Broken, Cells, Table, require

_BATCH = 1_024


@contextlib.contextmanager
def table(source: Source, path: Path) -> Iterator[Table]:
    where = f"{source.name}: {path}"
    with opened(where, path, "a Parquet file", text=False) as raw:
        try:
            file = pq.ParquetFile(raw)
        except pa.ArrowException as error:
            raise _unreadable(where) from error
        names = tuple(file.schema_arrow.names)
        wanted = [name for name in source.columns() if name not in source.optional]
        tops = {name: _top(name, names) for name in source.columns()}
        require(where, [name if tops[name] not in names else tops[name] for name in wanted], names)
        read = sorted({top for top in tops.values() if top in names})
        yield Table(source.columns(), _rows(file, read, source.columns(), where))


def _top(name: str, names: tuple[str, ...]) -> str:
    return name if name in names else name.split(".")[0]


def _rows(file: pq.ParquetFile, read: list[str], columns: tuple[str, ...], where: str) -> Iterator[Cells | Broken]:
    try:
        for batch in file.iter_batches(batch_size=_BATCH, columns=read):
            for record in _microseconds(batch).to_pylist():
                yield [_cell(reach(record, path)) for path in columns]
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(where) from error


def _microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Nanoseconds cut off: Python's datetime has none, and pandas stays out of here."""
    arrays = [
        column.cast(pa.timestamp("us", column.type.tz), safe=False) if pa.types.is_timestamp(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _cell(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return cell(value)


def _unreadable(where: str) -> SourceError:
    return SourceError(f"{where}: not a whole Parquet file. Expected one with its footer; write the file again.")
