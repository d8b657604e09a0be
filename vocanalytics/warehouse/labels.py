"""Labels that people gave to segments: kept for ever, the latest of each coder counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vocanalytics.warehouse.connection import Connection, scalars
from vocanalytics.warehouse.label_draws import KEY

TAGGED, NONE_APPLIES = "tagged", "none_applies"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person says of one segment; None on an axis the person did not judge, () where nothing applies."""

    segment_key: str
    coder: str
    themes: tuple[str, ...] | None
    touchpoint: tuple[str, ...] | None  # at most one
    polarity: str | None
    is_guess_shown: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    new: int
    changed: int  # the same coder said otherwise before
    unchanged: int
    audit: int  # of the new and changed ones


def drawn_keys(con: Connection, taxonomy: str) -> set[str]:
    """Keys of all segments that ever stood on a sheet for this frame."""
    return set(scalars(con, f"select {KEY} from label_strata where taxonomy = ?", [taxonomy]))


def coders(con: Connection) -> list[str]:
    """Everybody who ever labelled, as first written."""
    return [str(one) for one in scalars(con, "select coder from labels group by coder order by min(import_no), coder")]


_FRESH = f"""
    create or replace temp table fresh_labels as
    select
        strata.item_id, strata.revision, strata.span_start, strata.span_end, strata.taxonomy, strata.stratum,
        verdicts.* exclude (segment_key), known.coder is not null as is_known,
        coalesce(
            (themes_outcome is null or (themes_outcome, verdicts.themes) = (known.themes.outcome, known.themes.ids))
            and (touchpoint_outcome is null
                or (touchpoint_outcome = known.touchpoint.outcome
                    and verdicts.touchpoint is not distinct from known.touchpoint.id))
            and (verdicts.polarity is null or verdicts.polarity = known.polarity),
            false
        ) as is_unchanged
    from verdicts
    inner join (select *, {KEY} as segment_key from label_strata where taxonomy = $taxonomy) as strata
        using (segment_key)
    left join coder_labels as known
        on known.item_id = strata.item_id and known.revision = strata.revision
        and known.span_start = strata.span_start and known.span_end = strata.span_end
        and known.taxonomy = strata.taxonomy and known.coder = verdicts.coder
"""
_KEEP = """
    insert into labels by name
    select
        * exclude (is_known, is_unchanged), now() as imported_at,
        (select coalesce(max(import_no), 0) + 1 from labels) as import_no
    from fresh_labels where not is_unchanged
"""


def store_labels(con: Connection, verdicts: Sequence[Verdict], taxonomy: str) -> Stored:
    """Append what is not known yet, inside the caller's transaction; every key must have been drawn."""
    con.register("verdicts", _as_table(verdicts))
    con.execute(_FRESH, {"taxonomy": taxonomy})
    con.execute(_KEEP)
    counts = con.execute("""
        select
            count(*) filter (not is_known), count(*) filter (is_known and not is_unchanged),
            count(*) filter (is_unchanged), count(*) filter (not is_unchanged and stratum = 'audit')
        from fresh_labels
    """).fetchall()[0]
    con.unregister("verdicts")
    con.execute("drop table temp.fresh_labels")
    return Stored(*map(int, counts))


def _as_table(verdicts: Sequence[Verdict]) -> pa.Table:
    def outcome(ids: tuple[str, ...] | None) -> str | None:
        return None if ids is None else TAGGED if ids else NONE_APPLIES

    text = pa.string()
    return pa.table(
        {
            "segment_key": pa.array([v.segment_key for v in verdicts], text),
            "coder": pa.array([v.coder for v in verdicts], text),
            "themes_outcome": pa.array([outcome(v.themes) for v in verdicts], text),
            "themes": pa.array([sorted(set(v.themes or ())) for v in verdicts], pa.list_(text)),
            "touchpoint_outcome": pa.array([outcome(v.touchpoint) for v in verdicts], text),
            "touchpoint": pa.array([v.touchpoint[0] if v.touchpoint else None for v in verdicts], text),
            "polarity": pa.array([v.polarity for v in verdicts], text),
            "is_guess_shown": pa.array([v.is_guess_shown for v in verdicts], pa.bool_()),
        }
    )


def frames_with_labels(con: Connection) -> list[str]:
    """Taxonomies, with edition, that people gave labels under."""
    return [str(one) for one in scalars(con, "select distinct taxonomy from labels order by taxonomy")]


def training_rows(con: Connection, taxonomy: str) -> list[tuple[str, list[str] | None, list[str] | None]]:
    """Labelled segments that may teach: text, ids of themes, of touchpoints; None on an axis nobody judged.

    Never a segment that touches one of the audit, nor the same words. A revised verbatim still teaches with the words
    it had.
    """
    return con.execute(
        """
        with texts as (
            select item_id, revision, verbatim from feedback_items where verbatim is not null
            union
            select item_id, revision, verbatim from item_history where verbatim is not null
        ),
        audited as (
            select strata.*, lower(trim(substring(verbatim, span_start + 1, span_end - span_start))) as wording
            from label_strata as strata left join texts using (item_id, revision)
            where stratum = 'audit'
        ),
        coded as (
            select
                labels.*, substring(verbatim, span_start + 1, span_end - span_start) as segment,
                lower(trim(segment)) as wording
            from segment_labels as labels inner join texts using (item_id, revision)
            where taxonomy = $taxonomy and (themes is not null or touchpoint is not null)
        )
        select segment, themes.ids, case when touchpoint is not null then
            list_filter([touchpoint.id], lambda one: one is not null) end
        from coded
        where wording not in (select wording from audited where wording is not null)
            and not exists (
                select 1 from audited
                where audited.item_id = coded.item_id and audited.revision = coded.revision
                    and audited.span_start < coded.span_end and coded.span_start < audited.span_end
            )
        order by item_id, revision, span_start, span_end
        """,
        {"taxonomy": taxonomy},
    ).fetchall()


def judged_by_two(con: Connection, taxonomy: str) -> list[tuple[str, Verdict]]:
    """Segment key and verdict, of segments that more than one coder labelled."""
    rows = con.execute(
        f"""
        select {KEY} as segment_key, coder, themes.ids, touchpoint.outcome, touchpoint.id, polarity
        from coder_labels where taxonomy = $taxonomy
        qualify count(*) over (partition by item_id, revision, span_start, span_end) > 1
        order by segment_key, coder
        """,
        {"taxonomy": taxonomy},
    ).fetchall()
    return [(key, _verdict(key, *rest)) for key, *rest in rows]


def _verdict(
    key: str, coder: str, themes: list[str] | None, outcome: str | None, touchpoint: str | None, polarity: str | None
) -> Verdict:
    place = None if outcome is None else (touchpoint,) if touchpoint else ()
    return Verdict(key, coder, None if themes is None else tuple(themes), place, polarity)
