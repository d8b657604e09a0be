"""The ledger of runs."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from vocanalytics.warehouse.connection import Connection, transaction


def start(con: Connection, kind: str) -> str:
    """Open a run and close those that died; returns its id, which sorts by time.

    Only call it while holding the home: then whatever says "running" is not.
    """
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    with transaction(con):
        con.execute(
            "update runs set state = 'failed', finished_at = now(), detail = 'interrupted' where state = 'running'"
        )
        con.execute("update ingest_files set state = 'interrupted', finished_at = now() where state = 'reading'")
        con.execute("insert into runs values (?, ?, now(), null, 'running', null)", [run_id, kind])
    return run_id


def finish(con: Connection, run_id: str, state: str, detail: str) -> None:
    con.execute("update runs set state = ?, detail = ?, finished_at = now() where run_id = ?", [state, detail, run_id])
