"""Look through every text for what somebody must hear of today."""

from __future__ import annotations

from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.flags import drop_outdated, store, waiting

BATCH_ITEMS = 5_000


def flag_waiting(con: Connection) -> int:
    """Flag what the rules have not read, batch by batch; returns how many flags were added."""
    from vocanalytics.tagging.critical import critical_flags, edition

    rules, added = edition(), 0
    drop_outdated(con, rules)
    while (batch := waiting(con, rules, BATCH_ITEMS)).num_rows:
        columns = batch.to_pydict()
        found = [
            {
                "item_id": item_id,
                "reason": flag.reason,
                "span_start": flag.start,
                "span_end": flag.end,
                "confidence": flag.confidence,
            }
            for item_id, flags in zip(columns["item_id"], critical_flags(columns["verbatim"]), strict=True)
            for flag in flags
        ]
        added += store(con, found, batch, rules)
    return added
