"""Opening the working store: one writer, one clock, one schema."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import duckdb

from vocanalytics.errors import ConfigError, NotEnoughRoom, WarehouseBusy, WarehouseTooNew
from vocanalytics.keys import Key

Connection = duckdb.DuckDBPyConnection

_MIGRATIONS = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
SCHEMA_VERSION = len(_MIGRATIONS)


_HELD: set[Path] = set()


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Be the only run in ``home``; a second one is told so at once.

    The lock belongs to the process: it goes with it, however it ends. A step inside a run that holds
    its home already just goes on.

    Raises
    ------
    WarehouseBusy
        Another run is at work.
    """
    if home.resolve() in _HELD:
        yield
        return
    with _lock_file(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise WarehouseBusy(
                f"{home}: another run is at work (process {file.read().strip() or 'unknown'}). Wait for it to end "
                "and start again; this run changed nothing."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        _HELD.add(home.resolve())
        try:
            yield
        finally:
            _HELD.discard(home.resolve())


def _lock_file(home: Path) -> IO[str]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        return (home / "run.lock").open("a+")
    except OSError as error:
        raise ConfigError(
            f"{home}: expected a folder this user may write to; {error.strerror}. Name another with --home or "
            "VOC_HOME; nothing was read or written."
        ) from None


@contextmanager
def connect(path: Path, *, key: Key, memory_limit: str = "2GB") -> Iterator[Connection]:
    """The working store, read-write, its schema brought up to date and its key checked.

    Raises
    ------
    WarehouseBusy, WarehouseTooNew, KeyMismatch, NotEnoughRoom
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with storage_errors(path), _open(path, memory_limit) as con:
        _migrate(con, path)
        known = scalars(con, "select fingerprint from key_fingerprint")
        if known:
            key.require(known[0], path)
        else:
            con.execute("insert into key_fingerprint values (?)", [key.fingerprint])
        yield con


def look(home: Path, path: Path, key: Key) -> None:
    """Whether `hold` and `connect` would succeed, without writing.

    Raises
    ------
    WarehouseBusy, WarehouseTooNew, KeyMismatch
    """
    lock = home / "run.lock"
    if lock.exists():
        with lock.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WarehouseBusy(f"{home}: another run is at work. Wait for it to end.") from None
    if path.exists():
        with _open(path, "1GB", read_only=True) as con:
            if _version(con, path):
                for fingerprint in scalars(con, "select fingerprint from key_fingerprint"):
                    key.require(fingerprint, path)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a full disk into `NotEnoughRoom`, wherever DuckDB or the system noticed it."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if any(sign in str(error) for sign in ("No space left", "File too large", "not enough disk", "Disk quota")):
            raise NotEnoughRoom(
                f"{path}: the disk is full. Everything committed before is kept; free some room in "
                f"{path.parent} and run again, it continues where this run stopped."
            ) from error
        if any(sign in str(error) for sign in ("Permission denied", "Read-only", "Cannot open file", "corrupt")):
            raise ConfigError(
                f"{path}: cannot be used ({str(error).splitlines()[0]}). Give this user the right to write it, or put "
                "its backup back; this run changed nothing in it."
            ) from error
        raise


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def scalars(con: Connection, sql: str, parameters: object = None) -> list[Any]:
    """First column of a query's rows."""
    return [row[0] for row in con.execute(sql, parameters).fetchall()]


def _open(path: Path, memory_limit: str, *, read_only: bool = False) -> Connection:
    try:
        con = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseBusy(
                f"{path} is open in another process. Close it (a shell or notebook counts too; read "
                "data/insights.duckdb instead) and run again; this run changed nothing."
            ) from None
        if "not a valid DuckDB" in str(error):
            raise ConfigError(f"{path} is not a DuckDB file. Move it away and run again; it was not touched.") from None
        raise
    con.execute("set timezone = 'UTC'")
    con.execute("set preserve_insertion_order = false")
    con.execute(f"set memory_limit = '{memory_limit}'")
    return con


def _version(con: Connection, path: Path) -> int:
    exists = scalars(con, "select count(*) from information_schema.tables where table_name = 'schema_version'")[0]
    version: int = (scalars(con, "select max(version) from schema_version")[0] or 0) if exists else 0
    if not exists and scalars(con, "select count(*) from information_schema.tables")[0]:
        raise ConfigError(f"{path} holds tables of something else. Move it away and run again; it was not touched.")
    if version > SCHEMA_VERSION:
        raise WarehouseTooNew(
            f"{path} has schema version {version}; this package knows {SCHEMA_VERSION}. "
            "Update the package; the warehouse was not touched."
        )
    return version


def _migrate(con: Connection, path: Path) -> None:
    version = _version(con, path)
    for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
        with transaction(con):
            con.execute(script.read_text(encoding="utf-8"))
            con.execute("insert into schema_version (version) values (?)", [number])
