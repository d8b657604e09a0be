"""Which sources the store holds, and taking one of them out whole."""

from __future__ import annotations

from vocanalytics.warehouse.connection import Connection, scalars, transaction

# table -> which of its rows are of the source, in an order that needs none of what was deleted before
_OF_SOURCE = {
    **{
        table: "item_id in (select item_id from forgotten_items)"
        for table in ("labels", "label_draws", "replaced_readings", "flags", "flaggings", "comparisons")
    },
    "tags": "item_id in (select item_id from forgotten_items)",
    "segments": "item_id in (select item_id from forgotten_items)",
    "taggings": "item_id in (select item_id from forgotten_items)",
    "scores": "submission_id in (select submission_id from submissions where source = $source)",
    "feedback_items": "submission_id in (select submission_id from submissions where source = $source)",
    "item_history": "submission_id in (select submission_id from submissions where source = $source)",
    "submissions": "source = $source",
    "quarantine": "source = $source",
    "ingest_files": "source = $source",
}


def stored_sources(con: Connection) -> dict[str, int]:
    """Source -> its feedback items, for every source of which a row landed."""
    return dict(
        con.execute("""
            select source, count(item_id)
            from submissions left join feedback_items using (submission_id)
            group by source order by source
        """).fetchall()
    )


def rows_of(con: Connection, source: str) -> dict[str, int]:
    """Table -> rows of it that are the source's, tables without any left out."""
    _gather(con, source)
    found = {
        table: int(scalars(con, f"select count(*) from {table} where {condition}", _named(source, condition))[0])
        for table, condition in _OF_SOURCE.items()
    }
    return {table: count for table, count in found.items() if count}


def forget(con: Connection, source: str) -> None:
    """Delete every row of a source, all or nothing; what is published already stays as it is until the next time.

    The cache of encodings is emptied with it: which texts it holds vectors of is not known.
    """
    with transaction(con):
        _gather(con, source)
        for table, condition in _OF_SOURCE.items():
            con.execute(f"delete from {table} where {condition}", _named(source, condition))
        con.execute("delete from encodings")
        con.execute("drop table forgotten_items")


def _gather(con: Connection, source: str) -> None:
    con.execute(
        """
        create or replace temp table forgotten_items as
        select item_id from feedback_items semi join (from submissions where source = $source) using (submission_id)
        union
        select item_id from item_history semi join (from submissions where source = $source) using (submission_id)
        """,
        {"source": source},
    )


def _named(source: str, condition: str) -> dict[str, str]:
    return {"source": source} if "$source" in condition else {}
