"""Files in, rows out: one entry for every format."""

from __future__ import annotations

import importlib
import itertools
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from vocanalytics.errors import MissingColumns, SourceError
from vocanalytics.records import Accepted, Rejected, Row
from vocanalytics.sources.declaration import Source
from vocanalytics.sources.defaults import with_defaults
from vocanalytics.sources.files import unchanged
from vocanalytics.sources.plan import Plan
from vocanalytics.sources.repairs import look_encoded_twice
from vocanalytics.sources.settings import DELIMITED
from vocanalytics.sources.tables import Table
from vocanalytics.sources.texts import PROBE, encoding_of

# formats read by a module of another name
_MODULES = {"csv": "delimited", "tsv": "delimited", "jsonl": "jsonlines"}
CHECKED_ROWS = 1_000


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
        with unchanged(path), opened_table(source, path) as table:
            plan = Plan(with_defaults(source, table), table, path)
            for position, cells in enumerate(table.rows, 1):
                yield plan.row(position, cells) if isinstance(cells, list) else cells.rejected(position)
    except MissingColumns:
        raise
    except SourceError as error:
        raise SourceError(f"{error} {position:,} row(s) had been read before and stand.") from None
    except (zlib.error, zipfile.BadZipFile, EOFError) as error:
        raise SourceError(
            f"{source.name}: {path}: the file is damaged ({type(error).__name__}). Export it again. "
            f"{position:,} row(s) had been read before and stand."
        ) from None
    except OSError as error:
        raise SourceError(
            f"{source.name}: {path}: cannot be read: {error.strerror}. Expected a {source.format} file this user may "
            f"read. {position:,} row(s) had been read before and stand."
        ) from None


def problems(source: Source) -> list[str]:
    """What is wrong with a source, from the first 1,000 rows of each of its files; empty when nothing is."""
    try:
        paths = source.files()
    except SourceError as error:
        return [str(error)]
    return [problem for path in paths for problem in _problems_in(source, path)]


def _problems_in(source: Source, path: Path) -> list[str]:
    total, rejected, reasons, fatal = 0, Counter[str](), dict[str, str](), list[str]()
    texts: list[str] = []
    try:
        for row in itertools.islice(read(source, path), CHECKED_ROWS):
            total += 1
            if isinstance(row, Rejected):
                rejected[row.code] += 1
                reasons.setdefault(row.code, row.reason)
            elif isinstance(row, Accepted):
                texts += (answer.text for answer in row.submission.answers)
    except SourceError as error:
        fatal = [str(error)]
    shares = [
        f"{source.name}: {path.name}: {count:,} of the first {total:,} rows cannot be read ({code}): {reasons[code]}"
        for code, count in rejected.most_common()
    ]
    if look_encoded_twice(texts):
        shares.append(f"{source.name}: {path.name}: texts look encoded twice; declare `double_encoded: true`")
    return fatal + shares + _guessed_encoding(source, path)


def _guessed_encoding(source: Source, path: Path) -> list[str]:
    if source.encoding or source.format not in (*DELIMITED, "jsonl"):
        return []
    try:
        with path.open("rb") as file:
            name = encoding_of(file.read(PROBE))
    except OSError:
        return []  # reported as fatal already
    if name.startswith("utf"):
        return []
    return [f"{source.name}: {path.name}: not UTF-8 and read as {name} by guess; declare its encoding to be sure"]
