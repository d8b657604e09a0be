"""What earlier runs landed of a source, for looking before it is read by another declaration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from vocanalytics.errors import WarehouseBusy
from vocanalytics.warehouse.connection import Connection, scalars


@contextmanager
def looking(path: Path) -> Iterator[Connection]:
    """The working store as it is: read-only, its schema not brought up to date.

    Raises
    ------
    WarehouseBusy
        Another process has it open for writing.
    """
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException:
        raise WarehouseBusy(f"{path} is open in another process. Wait for it to end; nothing was changed.") from None
    with con:
        yield con


def declarations(con: Connection, source: str) -> list[str | None]:
    """As what the source was declared when rows of it landed, newest first; None where that was not kept yet."""
    kept = scalars(
        con,
        "select count(*) from information_schema.columns "
        "where table_name = 'ingest_files' and column_name = 'declaration'",
    )[0]
    return scalars(
        con,
        f"""
        select {"declaration" if kept else "null"} as declaration from ingest_files
        where source = ? and new_count + revised_count + unchanged_count > 0
        group by 1 order by max(started_at) desc
        """,
        [source],
    )


def last_digest(con: Connection, source: str, file_name: str) -> str | None:
    """Of the file as it was when it was last read to its end."""
    found = scalars(
        con,
        """
        select file_digest from ingest_files where source = ? and file_name = ? and state = 'completed'
        order by started_at desc limit 1
        """,
        [source, file_name],
    )
    return found[0] if found else None


def known(con: Connection, source: str, ids: Sequence[str]) -> set[str]:
    """Those of the submissions that the store holds."""
    return set(
        scalars(
            con,
            "select submission_id from submissions where source = ? and submission_id in (select unnest(?::varchar[]))",
            [source, list(ids)],
        )
    )


def days(con: Connection, source: str, file_name: str) -> Counter[date]:
    """Submissions by day that landed from a file of this name."""
    return Counter(
        dict(
            con.execute(
                "select submitted_on, count(*) from submissions where source = ? and file_name = ? group by all",
                [source, file_name],
            ).fetchall()
        )
    )
