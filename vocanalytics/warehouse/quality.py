"""The quality ledger: what was measured, on which gold set, with which models."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vocanalytics.warehouse.connection import Connection, transaction

AXES = ("themes", "touchpoint", "polarity", "joint")


def store_quality(con: Connection, report: dict[str, Any]) -> int:
    """Append a report of ``voc evaluate``; returns the rows written."""
    now = datetime.now(UTC)
    rows = [
        [
            now, report["gold"], report["model"], report["taxonomy"], axis, label, None, None,
            figures["precision"], figures["recall"], figures["f1"], *figures["f1_interval"], figures["support"],
        ]
        for axis in AXES
        for label, figures in report.get(axis, {}).get("labels", {}).items()
    ]  # fmt: skip
    with transaction(con):
        for row in rows:
            con.execute(f"insert into model_quality values ({', '.join('?' * len(row))})", row)
    return len(rows)
