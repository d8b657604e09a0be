"""Items that wait to be read for other brands, and storing what they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, transaction

_BRAND = pa.struct({"brand": pa.string(), "span_start": pa.int32(), "span_end": pa.int32()})


def waiting(con: Connection, edition: str, limit: int) -> pa.Table:
    """Up to ``limit`` text items of a current revision that this edition has not read, with what tells the own brand.

    Columns: item_id, revision, verbatim, and the dimensions ``brand`` and ``model``, null where a feed has none.
    """
    return con.sql(
        """
        select
            items.item_id, items.revision, items.verbatim,
            submissions.dimensions['brand'] as brand, submissions.dimensions['model'] as model
        from feedback_items as items
        inner join submissions using (submission_id)
        anti join (select item_id, revision from comparisons where edition = $edition) as done
            on done.item_id = items.item_id and done.revision = items.revision
        where items.content = 'text'
        limit $limit
        """,
        params={"edition": edition, "limit": limit},
    ).to_arrow_table()


def store(con: Connection, batch: pa.Table, found: Sequence[Sequence[dict[str, Any]]], edition: str) -> int:
    """Write what a batch of `waiting` names; returns how many names there are.

    Parameters
    ----------
    found : sequence of sequences of dict
        Per item of the batch brand, span_start and span_end of each name.
    """
    names = pa.array([list(each) for each in found], pa.list_(_BRAND))
    read = batch.select(["item_id", "revision"]).append_column("found", names)
    con.register("read_items", read)
    with transaction(con):
        con.execute(
            "insert into comparisons select item_id, revision, $edition, found from read_items", {"edition": edition}
        )
    con.unregister("read_items")
    return sum(map(len, found))


def drop_outdated(con: Connection, edition: str) -> None:
    """Forget what other editions found, and what stood in revisions that were replaced."""
    with transaction(con):
        con.execute(
            """
            delete from comparisons
            where edition <> $edition
                or (item_id, revision) not in (select (item_id, revision) from feedback_items)
            """,
            {"edition": edition},
        )
