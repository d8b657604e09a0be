"""Files in, rows out: one entry for every format."""

from __future__ import annotations

import importlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Row
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.defaults import with_defaults
from vocanalytics.sources.files import unchanged
from vocanalytics.sources.plan import Plan
from vocanalytics.sources.tables import Table

# formats read by a module of another name
_MODULES = {"csv": "delimited", "tsv": "delimited", "jsonl": "jsonlines"}


def opened_table(source: Source, path: Path) -> AbstractContextManager[Table]:
    """The file as a table. Imported only now: a run over CSV files need not wait for pyarrow and openpyxl."""
    module = importlib.import_module(f"vocanalytics.sources.{_MODULES.get(source.format, source.format)}")
    return cast(AbstractContextManager[Table], module.table(source, path))


def read(source: Source, path: Path) -> Iterator[Row]:
    """One row (accepted, rejected or filtered) per data row of ``path``, in order, in flat memory.

    Raises
    ------
    SourceError
        The file cannot go on: unreadable, not what was declared, cut off, or changed meanwhile. Rows
        already yielded stand; the message says how many.
    MissingColumns
        The file lacks a mapped column; no row was yielded.
    """
    position = 0
    try:
        with unchanged(f"{source.name}: {path}", path), opened_table(source, path) as table:
            plan = Plan(with_defaults(source, table), table, path)
            for position, cells in enumerate(table.rows, 1):
                yield plan.row(position, cells) if isinstance(cells, list) else cells.rejected(position)
    except MissingColumns:
        raise
    except SourceError as error:
        raise SourceError(f"{error} {position:,} row(s) before that could be read.") from None
    except (zlib.error, zipfile.BadZipFile, EOFError) as error:
        raise SourceError(
            f"{source.name}: {path}: the file is damaged ({type(error).__name__}). Export it again. "
            f"{position:,} row(s) before that could be read."
        ) from None
    except OSError as error:
        raise SourceError(
            f"{source.name}: {path}: cannot be read: {error.strerror}. Expected a {source.format} file this user may "
            f"read. {position:,} row(s) before that could be read."
        ) from None
