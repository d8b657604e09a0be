"""Look through every text for what somebody must hear of today."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vocanalytics.warehouse.connection import Connection
from vocanalytics.warehouse.encodings import StoredEncodings
from vocanalytics.warehouse.flags import drop_outdated, store, waiting

if TYPE_CHECKING:
    from vocanalytics.tagging.encoder import Encoder

logger = logging.getLogger(__name__)

BATCH_ITEMS = 5_000


def flag_waiting(con: Connection, encoder: Encoder | None = None) -> int:
    """Flag what rules and head have not read, batch by batch; returns how many flags were added.

    Judged are the segments of the latest tagging, whose vectors the store remembers. ``encoder`` is the shipped one
    unless given. A head of another encoder is left out: the rules then flag alone, under an edition of their own.
    """
    from vocanalytics.tagging.critical import critical_flags
    from vocanalytics.tagging.critical import edition as rules_edition
    from vocanalytics.tagging.critical_head import shipped
    from vocanalytics.tagging.encoder import Encoder

    reader = encoder or Encoder.load(memory=StoredEncodings(con))
    head = shipped(reader)
    edition, added = (head.edition if head else rules_edition()), 0
    if head is None:
        logger.warning("critical flags: the head in models/critical is of another encoder; only the rules flag")
    drop_outdated(con, edition)
    while (batch := waiting(con, edition, BATCH_ITEMS)).num_rows:
        columns = batch.to_pydict()
        spans = [[(span["start"], span["end"]) for span in own or ()] for own in columns["spans"]]
        texts = columns["verbatim"]
        flagged = head.flags(texts, spans, reader) if head else critical_flags(texts)
        found = [
            {
                "item_id": item_id,
                "reason": flag.reason,
                "span_start": flag.start,
                "span_end": flag.end,
                "confidence": flag.confidence,
            }
            for item_id, flags in zip(columns["item_id"], flagged, strict=True)
            for flag in flags
        ]
        added += store(con, found, batch, edition)
    return added
