"""Asking the published tables, read-only."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from vocanalytics.errors import CheckFailed, ConfigError
from vocanalytics.warehouse.connection import scalars

_SHUT: dict[str, Any] = {"enable_external_access": "false", "lock_configuration": "true"}  # no query reads another file
_TABLE = re.compile(r"Table with name (\S+) does not exist")


def read(path: Path, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Rows of a query on a published DuckDB file, one dictionary per row.

    Takes no lock: a file that is published is never written again.

    Raises
    ------
    CheckFailed
        The file is not there, is no DuckDB file, or lacks a table, column or function the query names; says which.
    ConfigError
        The query cannot be answered otherwise, or asks for another file: it gets to see this one only.
    """
    with asking(path) as ask:
        return ask(sql, parameters)


@contextmanager
def asking(path: Path) -> Iterator[Callable[[str, Sequence[object]], list[dict[str, Any]]]]:
    """The same for many queries: opening the file costs more than most answers.

    Raises
    ------
    CheckFailed
        As `read` does.
    """
    try:
        with duckdb.connect(str(path), read_only=True, config=_SHUT) as con:

            def ask(sql: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
                try:
                    found = con.execute(sql, list(parameters))
                except (duckdb.CatalogException, duckdb.BinderException) as error:
                    raise CheckFailed(
                        f"{path}: a table, column or function is missing: {_unknown(con, str(error))}. If the query is "
                        "right, another edition of this package published the file: run `voc publish` and try again. "
                        "Nothing was written."
                    ) from None
                names = [column[0] for column in found.description]
                return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

            yield ask
    except duckdb.IOException:
        raise CheckFailed(
            f"{path}: expected a published DuckDB file, found none that can be read. "
            "Run `voc publish` and try again; nothing was written."
        ) from None
    except duckdb.Error as error:
        told = str(error).splitlines()[0].split(" '")[0]  # between single quotes stands what is in a cell
        raise ConfigError(f"the query cannot be answered: {told}. Nothing was written.") from None


def _unknown(con: duckdb.DuckDBPyConnection, told: str) -> str:
    """What a query names that is not there, and the nearest there is."""
    first, *more = told.split("\n\nLINE")[0].splitlines()
    first = first.partition(": ")[2].rstrip("!.")
    if table := _TABLE.match(first):
        tables = scalars(con, "select table_name from information_schema.tables order by all")
        near = difflib.get_close_matches(table[1], tables, n=1, cutoff=0.0)
        return f"there is no table {table[1]}; did you mean {near[0]}? Published are {', '.join(tables)}"
    hints = [line.strip() for line in more if line.startswith(("Did you mean", "Candidate bindings"))]
    return "; ".join([first, *hints])
