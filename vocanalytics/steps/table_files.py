"""Tables as files, named by suffix, written under another name until they are whole."""

from __future__ import annotations

import errno
import glob
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocanalytics.errors import ConfigError, NotEnoughRoom

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".jsonl", ".parquet")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def suffix_of(path: Path) -> str:
    """The suffix in small letters. Raises ConfigError for one we neither read nor write."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        sheet = " Save the sheet as CSV UTF-8 first." if suffix in (".xlsx", ".xls", ".ods") else ""
        raise ConfigError(f"{path}: expected a name ending in {', '.join(SUFFIXES)}.{sheet} Nothing was written.")
    return suffix


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
                if not opened:  # a column blank so far tells no kind
                    kinds = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
                    opened.append(pq.ParquetWriter(partial, pa.schema(kinds, table.schema.metadata)))
                opened[0].write_table(table.cast(opened[0].schema))
            elif suffix == ".csv":
                frame.to_csv(partial, mode="a", header=not opened, index=False)
                opened.append(True)
            elif len(frame):
                frame.to_json(partial, mode="a", orient="records", lines=True, force_ascii=False, date_format="iso")

        yield write
        if opened and suffix == ".parquet":
            opened[0].close()
