"""Items that wait for a reading, and storing what was read."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, scalars, transaction


def waiting(con: Connection, model: str, taxonomy: str, limit: int) -> pa.Table:
    """Up to ``limit`` text items of a current revision that this pair has not read."""
    return con.sql(
        """
        select
            items.item_id, items.revision, items.verbatim, items.question, submissions.channel,
            submissions.context_touchpoint
        from feedback_items as items
        inner join submissions using (submission_id)
        anti join (select item_id, revision from taggings where model = $model and taxonomy = $taxonomy) as done
            on done.item_id = items.item_id and done.revision = items.revision
        where items.content = 'text'
        order by items.item_id
        limit $limit
        """,
        params={"model": model, "taxonomy": taxonomy, "limit": limit},
    ).to_arrow_table()


_NUMBERED = """
    create or replace temp table numbered as
    select
        readings.*, batch.revision,
        dense_rank() over (partition by item_id order by "start", "end") - 1 as segment_no
    from readings inner join batch using (item_id)
    where segment is not null
"""
_SEGMENTS = """
    insert into segments
    select distinct on (item_id, segment_no)
        item_id, revision, $model, $taxonomy, segment_no, "start", "end",
        outcome, touchpoint_outcome, touchpoint, touchpoint_confidence, touchpoint_source, stage,
        polarity, polarity_score, polarity_confidence, emotion, intent
    from numbered
"""
_TAGS = """
    insert into tags
    select item_id, revision, $model, $taxonomy, segment_no, theme, theme_confidence
    from numbered where theme is not null
"""
_TAGGINGS = """
    insert into taggings
    select
        batch.item_id, batch.revision, $model, $taxonomy,
        any_value(item_polarity), any_value(item_polarity_score), now()
    from batch left join readings using (item_id)
    group by batch.item_id, batch.revision
"""


def store(con: Connection, frame: Any, batch: pa.Table, model: str, taxonomy: str) -> tuple[int, int]:
    """Write the readings of a batch in one transaction.

    Parameters
    ----------
    frame : pandas.DataFrame
        What ``Tagger.tag`` returned for the batch.
    batch : pyarrow.Table
        What `waiting` returned.

    Returns
    -------
    tuple of int
        Segments and tags written.
    """
    con.register("readings", frame)
    con.register("batch", batch)
    with transaction(con):
        con.execute(_NUMBERED)
        for insert in (_SEGMENTS, _TAGS, _TAGGINGS):
            con.execute(insert, {"model": model, "taxonomy": taxonomy})
    segments = scalars(con, "select count(distinct (item_id, segment_no)) from numbered")[0]
    tags = scalars(con, "select count(theme) from numbered")[0]
    con.unregister("readings")
    con.unregister("batch")
    return segments, tags
