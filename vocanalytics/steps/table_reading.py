"""Tables read from files in batches, and what may be wrong with them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.errors import MissingColumns, SourceError, as_names, in_words, other_separator
from vocanalytics.sources.files import looks_like
from vocanalytics.sources.texts import encoding_of
from vocanalytics.steps.table_files import suffix_of

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 5_000
_WIDER = "rows have more cells than the first line has columns"


def read_batches(
    path: Path, columns: Sequence[str], remedy: str = "", optional: Sequence[str] = ()
) -> Iterator[pd.DataFrame]:
    """A file in batches; CSV cells are text, as they stand. It is read once before, so that damage is told at once.

    ``columns`` must be there; those and the ``optional`` ones must be one each, and hold no lists.

    Raises
    ------
    ConfigError
        An unknown suffix.
    SourceError
        The file is not readable, has a named column twice, or lists in one; `MissingColumns` if it lacks one.
    """
    suffix_of(path)
    found: dict[str, None] = {}
    rows = 0
    for frame in _frames(path):
        found.update(dict.fromkeys(map(str, frame.columns)))
        _check_cells(path, frame, (*columns, *optional), rows)
        rows += len(frame)
    if missing := [column for column in columns if column not in found]:
        raise MissingColumns(str(path), missing, as_names(found), remedy)
    for frame in _frames(path):
        # JSON leaves out what is empty: a batch may lack what another has
        yield frame if set(columns) <= set(frame.columns) else frame.reindex(columns=list(found))


def _check_cells(path: Path, frame: pd.DataFrame, columns: Sequence[str], rows_before: int) -> None:
    names = list(frame.columns)
    for column in set(columns) & set(names):
        if names.count(column) > 1:
            raise _unreadable(path, f"{names.count(column)} columns are named {column}; give each a name of its own")
        if frame[column].dtype != object:
            continue
        for row, cell in enumerate(frame[column], rows_before + 1):
            if hasattr(cell, "__len__") and not isinstance(cell, str):
                kind = type(cell).__name__
                raise _unreadable(path, f"{column} of row {row:,} holds a {kind} where a text was expected")


def _frames(path: Path) -> Iterator[pd.DataFrame]:
    suffix = suffix_of(path)
    try:
        _look(path, text=suffix != ".parquet")
        yield from {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}[suffix](path)
    except UnicodeDecodeError:
        raise _unreadable(path, f"line {_not_utf8(path)} is not UTF-8; save the file as UTF-8") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, in_words(error)) from None


def _look(path: Path, text: bool) -> None:
    if path.exists() and not path.is_file():
        raise _unreadable(path, "it is no file but a folder, pipe or device")
    with path.open("rb") as file:
        start = file.read(8192)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise _unreadable(path, "the file is empty")
    if text and (name := looks_like(start)):
        raise _unreadable(path, f"this looks like {name}")


def _unreadable(path: Path, why: str) -> SourceError:
    return SourceError(f"{path}: not readable as {path.suffix.lower()}: {why}. Nothing was written.")


def _not_utf8(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _encoding(path: Path) -> str:
    """UTF-8, or UTF-16 as Excel and PowerShell write it."""
    with path.open("rb") as file:
        start = file.read(8192)
    name = encoding_of(start)
    if not name.startswith("utf-16"):
        return "utf-8-sig"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else name


def _csv(path: Path) -> Iterator[pd.DataFrame]:
    import pandas as pd

    cells: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": _encoding(path)}
    header = list(pd.read_csv(path, header=None, nrows=1, **cells).iloc[0])
    try:
        with pd.read_csv(path, chunksize=BATCH_ROWS, **cells) as frames:
            for frame in frames:
                if not isinstance(frame.index, pd.RangeIndex):  # pandas would take the first column for row names
                    raise _unreadable(path, other_separator(header) or _WIDER)
                yield frame.set_axis(header, axis=1)  # as they stand: pandas would number what is there twice
    except pd.errors.ParserError as error:
        raise _unreadable(path, other_separator(header) or in_words(error)) from None


def _jsonl(path: Path) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with path.open(encoding=_encoding(path)) as file:  # pandas' own reader turns ids into numbers and dates
        numbered = zip(count(1), file)
        while lines := list(islice(numbered, BATCH_ROWS)):
            rows = [_object(path, number, line) for number, line in lines if line.strip()]
            yield pd.DataFrame(rows, dtype=object)  # a missing id must not turn the others into 7.0


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _unreadable(path, f"line {number:,} is not one whole JSON object")
    return found


def _parquet(path: Path) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        if not file.metadata.num_rows:
            yield file.schema_arrow.empty_table().to_pandas(ignore_metadata=True)
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            # what pandas saved as row names is a column like any other
            yield batch.to_pandas(integer_object_nulls=True, ignore_metadata=True)
    except (pa.ArrowException, OSError):
        raise _unreadable(path, "it is not a whole Parquet file; write it again") from None
