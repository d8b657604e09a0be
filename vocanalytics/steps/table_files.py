"""Tables as files, named by suffix: read in batches, written under another name until they are whole."""

from __future__ import annotations

import errno
import glob
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.errors import ConfigError, MissingColumns, NotEnoughRoom, SourceError, as_names, in_words
from vocanalytics.sources.files import looks_like

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS = 5_000
SUFFIXES = (".csv", ".jsonl", ".parquet")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def suffix_of(path: Path) -> str:
    """The suffix in small letters. Raises ConfigError for one we neither read nor write."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        sheet = " Save the sheet as CSV UTF-8 first." if suffix in (".xlsx", ".xls", ".ods") else ""
        raise ConfigError(f"{path}: expected a name ending in {', '.join(SUFFIXES)}.{sheet} Nothing was written.")
    return suffix


def read_batches(path: Path, columns: Sequence[str], remedy: str = "") -> Iterator[pd.DataFrame]:
    """A file in batches; CSV cells are text, as they stand. It is read once before, so that damage is told at once.

    Raises
    ------
    ConfigError
        An unknown suffix.
    SourceError
        The file is not readable; `MissingColumns` if it lacks a named column.
    """
    suffix_of(path)
    found: dict[str, None] = {}
    for frame in _frames(path):
        found.update(dict.fromkeys(map(str, frame.columns)))
    if missing := [column for column in columns if column not in found]:
        raise MissingColumns(str(path), missing, as_names(found), remedy)
    for frame in _frames(path):
        # JSON leaves out what is empty: a batch may lack what another has
        yield frame if set(columns) <= set(frame.columns) else frame.reindex(columns=list(found))


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


def _csv(path: Path) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=BATCH_ROWS, encoding="utf-8-sig") as frames:
        for frame in frames:
            if not isinstance(frame.index, pd.RangeIndex):  # pandas would take the first column for row names
                raise _unreadable(path, "rows have more cells than the first line has columns")
            yield frame


def _jsonl(path: Path) -> Iterator[pd.DataFrame]:
    import pandas as pd

    with path.open(encoding="utf-8-sig") as file:  # pandas' own reader turns ids into numbers and dates
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
        yield file.schema_arrow.empty_table().to_pandas()  # its columns, should it have no rows
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield batch.to_pandas(integer_object_nulls=True)
    except (pa.ArrowException, OSError):
        raise _unreadable(path, "it is not a whole Parquet file; write it again") from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file beside ``path`` to write to; it takes the name when all went well, and goes when not.

    Raises
    ------
    ConfigError
        Nothing can be written there; told before anything else is done.
    NotEnoughRoom
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(path)
        partial.write_bytes(b"")  # in a container the run that died may have had our own number
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written: {error.strerror}. Name another file; nothing was written."
        ) from None
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NotEnoughRoom(
            f"{path}: the disk is full ({error.strerror}). Free some room in {path.parent} and run again; "
            "nothing was written."
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _clear_leftovers(path: Path) -> None:
    """Remove what runs left that were killed while they wrote this file."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        number = left.suffix[1:]
        if number.isdigit() and not _alive(int(number)):
            left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def writer(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Append frames to a new file, which replaces ``path`` at the end."""
    suffix = suffix_of(path)
    with replacing(path) as partial:
        opened: list[Any] = []

        def write(frame: pd.DataFrame) -> None:
            if suffix == ".parquet":
                import pyarrow as pa
                import pyarrow.parquet as pq

                table = pa.Table.from_pandas(frame, preserve_index=False)
                if not opened:
                    opened.append(pq.ParquetWriter(partial, table.schema))
                opened[0].write_table(table.cast(opened[0].schema))
            elif suffix == ".csv":
                frame.to_csv(partial, mode="a", header=not opened, index=False)
                opened.append(True)
            else:
                frame.to_json(partial, mode="a", orient="records", lines=True, force_ascii=False)

        yield write
        if opened and suffix == ".parquet":
            opened[0].close()
