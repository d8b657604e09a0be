"""Look through every text for the other brands it names."""

from __future__ import annotations

from collections.abc import Sequence

from vocanalytics.taxonomy import Competitor
from vocanalytics.warehouse.comparisons import drop_outdated, store, waiting
from vocanalytics.warehouse.connection import Connection

BATCH_ITEMS = 20_000


def compare_waiting(con: Connection, competitors: Sequence[Competitor]) -> int:
    """Read what this list of brands has not read yet, batch by batch; returns how many names were added.

    Apart from tags, with an edition of its own: a brand more on the list costs no second reading by the models.
    Without a list nothing is read, and what an earlier list found is forgotten.
    """
    from vocanalytics.text.comparisons import BrandReader

    reader, added = BrandReader(competitors), 0
    drop_outdated(con, reader.edition)
    while competitors and (batch := waiting(con, reader.edition, BATCH_ITEMS)).num_rows:
        columns = batch.to_pydict()
        found = [
            [
                {"brand": one.brand, "span_start": one.start, "span_end": one.end}
                for one in reader.read(verbatim, brand, model)
            ]
            for verbatim, brand, model in zip(columns["verbatim"], columns["brand"], columns["model"], strict=True)
        ]
        added += store(con, batch, found, reader.edition)
    return added
