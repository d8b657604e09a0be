"""From a chunk of rows to the store: who is new, who changed, and writing both in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, transaction

NEW, REVISED, UNCHANGED = "new", "revised", "unchanged"


@dataclass(frozen=True, slots=True)
class Landed:
    """A masked chunk as columns, named as in the schema, without what only the store knows (revision)."""

    submissions: pa.Table
    scores: pa.Table
    items: pa.Table


def begin_file(con: Connection) -> None:
    """Forget the rows of the file before."""
    con.execute("create or replace temp table row_seen (identity varchar, content varchar)")
    con.execute("create or replace temp table row_refused (position bigint, fingerprint varchar)")


def read_before(
    con: Connection, source: str, file_name: str, digest: str | None
) -> tuple[int, dict[str, int], int] | None:
    """Rows, open quarantine by code and filtered rows of a file whose last reading was of these very bytes."""
    last = con.execute(
        """
        select file_digest, row_count, filtered_count, quarantined_count from ingest_files
        where source = ? and file_name = ? and state = 'completed'
        order by started_at desc limit 1
        """,
        [source, file_name],
    ).fetchall()
    if digest is None or not last or last[0][0] != digest:
        return None
    codes = dict(
        con.execute(
            "select code, count(*) from quarantine where source = ? and file_name = ? group by code",
            [source, file_name],
        ).fetchall()
    )
    _, row_count, filtered, quarantined = last[0]
    return (row_count, codes, filtered) if sum(codes.values()) == quarantined else None


def seen_before(con: Connection, identities: Sequence[str], contents: Sequence[str]) -> list[tuple[int, str | None]]:
    """How often each identity stood in earlier chunks of this file, and with which content first.

    A table and not a dictionary, because a file may hold more rows than memory holds keys.
    """
    incoming = pa.table({"n": range(len(identities)), "identity": list(identities), "content": list(contents)})
    con.register("incoming", incoming)
    answers = con.execute("""
        with earlier as (
            select identity, count(*) as times, min(content) as content
            from row_seen semi join incoming using (identity)
            group by identity
        )
        select coalesce(earlier.times, 0), earlier.content
        from incoming left join earlier using (identity)
        order by incoming.n
    """).fetchall()
    con.execute("insert into row_seen select identity, content from incoming")
    con.unregister("incoming")
    return answers


def states(con: Connection, ids: Sequence[str], contents: Sequence[str], updated: Sequence[object]) -> list[str]:
    """Whether each submission is new, revised or unchanged.

    Content that an earlier revision had is unchanged too: an old export read again is not a change of
    mind. A feed that tells when a submission was updated decides by that instead.
    """
    incoming = pa.table(
        {
            "n": pa.array(range(len(ids)), pa.int64()),
            "submission_id": list(ids),
            "content_digest": list(contents),
            "updated_at": pa.array(updated, pa.timestamp("us", tz="UTC")),
        }
    )
    con.register("incoming", incoming)
    rows = con.execute("""
        with past as (
            select distinct submission_id, content_digest
            from item_history semi join incoming using (submission_id)
        )
        select case
            when stored.submission_id is null then 'new'
            when stored.content_digest = incoming.content_digest then 'unchanged'
            when incoming.updated_at < stored.updated_at then 'unchanged'
            when past.submission_id is not null and incoming.updated_at is null then 'unchanged'
            else 'revised'
        end
        from incoming
        left join (select * from submissions semi join incoming using (submission_id)) as stored using (submission_id)
        left join past
            on past.submission_id = incoming.submission_id and past.content_digest = incoming.content_digest
        order by incoming.n
    """).fetchall()
    con.unregister("incoming")
    return [state for (state,) in rows]


def write(con: Connection, landed: Landed, revised_ids: Sequence[str], refused: pa.Table, file: pa.Table) -> None:
    """Store a chunk: all of it or nothing.

    Parameters
    ----------
    landed : Landed
        New and revised submissions only.
    revised_ids : sequence of str
        Those of them that replace an earlier revision.
    refused : pyarrow.Table
        Quarantined rows of the chunk.
    file : pyarrow.Table
        One row: the file's counts so far.
    """
    with transaction(con):
        if revised_ids:
            _set_aside(con, revised_ids)
        if landed.submissions.num_rows:
            _insert(con, landed)
        if refused.num_rows:
            _quarantine(con, refused)
        _count(con, file)


def finish_file(con: Connection, source: str, file_name: str, file: pa.Table) -> None:
    """Close a file that was read to its end: rows it no longer rejects leave the quarantine."""
    with transaction(con):
        con.execute(
            """
            delete from quarantine where source = ? and file_name = ? and not exists (
                select 1 from row_refused
                where row_refused.position = quarantine.position
                  and row_refused.fingerprint = quarantine.fingerprint
            )
            """,
            [source, file_name],
        )
        _count(con, file)


def _set_aside(con: Connection, ids: Sequence[str]) -> None:
    """Move the current revision of these submissions into the history."""
    con.register("replaced", pa.table({"submission_id": list(ids)}))
    con.execute("""
        insert into item_history
        with given as (
            select submission_id, map_from_entries(list((question_id, score))) as scores
            from scores semi join replaced using (submission_id)
            group by submission_id
        )
        select
            items.item_id, items.submission_id, items.revision, submissions.content_digest, items.question_id,
            items.verbatim, coalesce(given.scores, map {}), submissions.submitted_on, submissions.ingested_at, now()
        from feedback_items as items
        semi join replaced using (submission_id)
        inner join submissions using (submission_id)
        left join given using (submission_id)
    """)
    con.execute("""
        create or replace temp table replaced_revision as
        select submission_id, revision, first_ingested_at from submissions semi join replaced using (submission_id)
    """)
    for table in ("scores", "feedback_items", "submissions"):
        con.execute(f"delete from {table} where submission_id in (select submission_id from replaced)")
    con.unregister("replaced")


def _insert(con: Connection, landed: Landed) -> None:
    con.execute(
        "create temp table if not exists replaced_revision "
        "(submission_id varchar, revision integer, first_ingested_at timestamptz)"
    )
    con.register("landed", landed.submissions)
    con.register("landed_items", landed.items)
    con.register("landed_scores", landed.scores)
    con.execute("""
        insert into submissions by name
        select
            landed.*,
            coalesce(replaced_revision.revision, 0) + 1 as revision,
            coalesce(replaced_revision.first_ingested_at, landed.ingested_at) as first_ingested_at
        from landed left join replaced_revision using (submission_id)
    """)
    con.execute("""
        insert into feedback_items by name
        select landed_items.*, coalesce(replaced_revision.revision, 0) + 1 as revision
        from landed_items left join replaced_revision using (submission_id)
    """)
    con.execute("insert into scores by name select * from landed_scores")
    con.execute("drop table replaced_revision")
    for view in ("landed", "landed_items", "landed_scores"):
        con.unregister(view)


def _quarantine(con: Connection, refused: pa.Table) -> None:
    con.register("refused", refused)
    con.execute("insert into row_refused select position, fingerprint from refused")
    con.execute("""
        insert into quarantine by name
        select * from refused where not exists (
            select 1 from quarantine as known
            where known.source = refused.source and known.file_name = refused.file_name
              and known.position = refused.position and known.fingerprint = refused.fingerprint
        )
    """)
    con.unregister("refused")


def _count(con: Connection, file: pa.Table) -> None:
    con.register("file", file)
    con.execute("insert or replace into ingest_files by name select * from file")
    con.unregister("file")
