"""Asking the published tables, read-only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from vocanalytics.errors import CheckFailed, ConfigError


def read(path: Path, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """Rows of a query on a published DuckDB file, one dictionary per row.

    Takes no lock: a file that is published is never written again.

    Raises
    ------
    CheckFailed
        The file is not there, is no DuckDB file, or lacks a table or column the query names.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as con:
            found = con.execute(sql, list(parameters))
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except (duckdb.CatalogException, duckdb.BinderException):
        raise CheckFailed(
            f"{path}: a table or column is missing, so another edition of this package published it. "
            "Run `voc publish` and try again; nothing was written."
        ) from None
    except duckdb.IOException:
        raise CheckFailed(
            f"{path}: expected a published DuckDB file, found none that can be read. "
            "Run `voc publish` and try again; nothing was written."
        ) from None
    except duckdb.Error as error:
        raise ConfigError(f"the query cannot be answered: {str(error).splitlines()[0]}. Nothing was written.") from None
