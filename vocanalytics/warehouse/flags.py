"""Items that wait for the critical rules, and storing what these found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, transaction

FLAGS = pa.schema(
    {
        "item_id": pa.string(),
        "reason": pa.string(),
        "span_start": pa.int32(),
        "span_end": pa.int32(),
        "confidence": pa.float64(),
    }
)

_OUTDATED = """
    delete from {table}
    where edition <> $edition or (item_id, revision) not in (select (item_id, revision) from feedback_items)
"""


def waiting(con: Connection, edition: str, limit: int) -> pa.Table:
    """Up to ``limit`` text items of a current revision that this edition has not read.

    Columns: item_id, revision, verbatim, and spans, the segments of its latest tagging (start and end, exclusive, in
    characters), null without one.
    """
    return con.sql(
        """
        with items as (
            select items.item_id, items.revision, items.verbatim
            from feedback_items as items
            anti join (select item_id, revision from flaggings where edition = $edition) as done
                on done.item_id = items.item_id and done.revision = items.revision
            where items.content = 'text'
            order by items.item_id
            limit $limit
        ),
        latest as (
            select item_id, revision, arg_max((model, taxonomy), (tagged_at, model, taxonomy)) as pair
            from taggings semi join items using (item_id, revision)
            group by item_id, revision
        ),
        judged as (
            select
                item_id, revision,
                list({'start': span_start, 'end': span_end} order by segment_no) as spans
            from segments inner join latest using (item_id, revision)
            where (segments.model, segments.taxonomy) = latest.pair
            group by item_id, revision
        )
        select items.item_id, items.revision, items.verbatim, judged.spans
        from items left join judged using (item_id, revision)
        order by items.item_id
        """,
        params={"edition": edition, "limit": limit},
    ).to_arrow_table()


def store(con: Connection, found: Sequence[dict[str, Any]], batch: pa.Table, edition: str) -> int:
    """Write the flags of a batch in one transaction; returns how many there are.

    Parameters
    ----------
    found : sequence of dict
        Rows of `FLAGS`: item_id, reason, span_start, span_end, confidence.
    batch : pyarrow.Table
        What `waiting` returned.
    """
    rows = pa.Table.from_pylist(list(found), schema=FLAGS)
    con.register("found", rows)
    con.register("batch", batch)
    with transaction(con):
        con.execute(
            """
            insert into flags
            select item_id, revision, reason, span_start, span_end, confidence, $edition
            from found inner join batch using (item_id)
            """,
            {"edition": edition},
        )
        con.execute(
            "insert into flaggings select item_id, revision, $edition from batch",
            {"edition": edition},
        )
    con.unregister("found")
    con.unregister("batch")
    return int(rows.num_rows)


def drop_outdated(con: Connection, edition: str) -> None:
    """Forget what other editions found, and what was found in revisions that were replaced."""
    with transaction(con):
        for table in ("flags", "flaggings"):
            con.execute(_OUTDATED.format(table=table), {"edition": edition})
