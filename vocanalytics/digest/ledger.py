"""The proof of every quote: where its words stand, and a keyed fingerprint of the text they stand in."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vocanalytics.digest.inert import for_csv
from vocanalytics.digest.quotes import Quote

COLUMNS = ("page", "item_id", "span_start", "span_end", "source", "submitted_on", "verbatim_fingerprint")


def ledger(
    pages: Mapping[str, Iterable[Quote]], feedback: Mapping[str, dict[str, Any]], fingerprint: Callable[[str], str]
) -> bytes:
    """One row per page and quote. Holds no word of a customer.

    Parameters
    ----------
    fingerprint : callable
        A keyed digest of the stored, masked text: who has the key can tell later whether the text is still the one
        that was quoted, and nobody else can test a guess.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for page, quotes in pages.items():
        for quote in quotes:
            item = feedback[quote.item_id]
            cells = (page, quote.item_id, quote.start, quote.end, item["source"], item["submitted_on"])
            rows.writerow([for_csv(cell) for cell in (*cells, fingerprint(item["verbatim"]))])
    return text.getvalue().encode()
