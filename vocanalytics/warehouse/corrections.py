"""A person's label beats the model's reading of that segment; and what the model itself said stays known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa

from vocanalytics.taxonomy import Taxonomy
from vocanalytics.warehouse.connection import Connection, scalars, transaction
from vocanalytics.warehouse.label_draws import KEY

_LABELLED = """
    create or replace temp table labelled as
    select segments.item_id, segments.revision, segments.segment_no, labels.* exclude (item_id, revision, taxonomy)
    from segments
    inner join segment_labels as labels using (item_id, revision, span_start, span_end, taxonomy)
    where segments.model = $model and segments.taxonomy = $taxonomy
"""
_KEEP = """
    insert into replaced_readings by name
    select segments.* exclude (segment_no, intent), coalesce(tagged.tags, []) as tags
    from segments
    semi join labelled using (item_id, revision, segment_no)
    left join (
        select item_id, revision, segment_no,
            list({'theme': theme, 'theme_confidence': theme_confidence} order by theme_confidence desc, theme) as tags
        from tags where model = $model and taxonomy = $taxonomy
        group by all
    ) as tagged using (item_id, revision, segment_no)
    anti join replaced_readings as known using (item_id, revision, model, taxonomy, span_start, span_end)
    where segments.model = $model and segments.taxonomy = $taxonomy
"""
_WANTED = """
    create or replace temp table wanted as
    select
        labelled.item_id, labelled.revision, labelled.segment_no,
        coalesce(labelled.themes.outcome, own.outcome) as outcome,
        coalesce(labelled.touchpoint.outcome, own.touchpoint_outcome) as touchpoint_outcome,
        if(labelled.touchpoint is null, own.touchpoint, labelled.touchpoint.id) as touchpoint,
        case
            when labelled.touchpoint is null then own.touchpoint_confidence
            when labelled.touchpoint.id is not null then 1.0
        end as touchpoint_confidence,
        case
            when labelled.touchpoint is null or labelled.touchpoint.id = own.touchpoint then own.touchpoint_source
            when labelled.touchpoint.id is not null then 'text'
        end as touchpoint_source,
        if(labelled.touchpoint is null, own.stage, frame_stages.stage) as stage,
        coalesce(labelled.polarity, own.polarity) as polarity,
        case
            when labelled.polarity is null or labelled.polarity = own.polarity then own.polarity_score
            else (list_position(['negative', 'neutral', 'positive'], labelled.polarity) - 2)::double
        end as polarity_score,
        if(labelled.polarity is null, own.polarity_confidence, 1.0) as polarity_confidence,
        -- a feeling that went with the other polarity goes with it
        if(labelled.polarity is distinct from own.polarity and labelled.polarity is not null, null, own.emotion)
            as emotion,
        if(labelled.themes is null, own.tags, list_transform(
            labelled.themes.ids, lambda id: {'theme': id, 'theme_confidence': 1.0::double}
        )) as tags
    from labelled
    inner join replaced_readings as own using (item_id, revision, span_start, span_end)
    left join frame_stages on frame_stages.touchpoint = labelled.touchpoint.id
    where own.model = $model and own.taxonomy = $taxonomy
"""
_FIELDS = (
    "outcome", "touchpoint_outcome", "touchpoint", "touchpoint_confidence", "touchpoint_source", "stage",
    "polarity", "polarity_score", "polarity_confidence", "emotion",
)  # fmt: skip
_OF_SEGMENT = """
    wanted.item_id = {0}.item_id and wanted.revision = {0}.revision and wanted.segment_no = {0}.segment_no
    and {0}.model = $model and {0}.taxonomy = $taxonomy
"""
_DIFFERING = f"""
    create or replace temp table differing as
    select
        wanted.*,
        (wanted.polarity, wanted.polarity_score, wanted.polarity_confidence)
            is distinct from (segments.polarity, segments.polarity_score, segments.polarity_confidence) as is_mood_moved
    from wanted
    inner join segments on {_OF_SEGMENT.format("segments")}
    left join (
        select item_id, revision, segment_no, list(theme order by theme) as themes
        from tags where model = $model and taxonomy = $taxonomy group by all
    ) as standing on standing.item_id = wanted.item_id and standing.revision = wanted.revision
        and standing.segment_no = wanted.segment_no
    where {" or ".join(f"wanted.{name} is distinct from segments.{name}" for name in _FIELDS)}
        or coalesce(standing.themes, []) != list_sort(list_transform(wanted.tags, lambda tag: tag.theme))
"""
_REWRITE = (
    f"update segments set {', '.join(f'{name} = wanted.{name}' for name in _FIELDS)} from differing as wanted "
    f"where {_OF_SEGMENT.format('segments')}",
    f"delete from tags using differing as wanted where {_OF_SEGMENT.format('tags')}",
    """
    insert into tags
    select item_id, revision, $model, $taxonomy, segment_no, tag.theme, tag.theme_confidence
    from (select item_id, revision, segment_no, unnest(tags) as tag from differing)
    """,
)
# as the tagger reads an item: mixed where a clear negative and a clear positive segment stand, else the clear one
_ITEMS = """
    with felt as (
        select
            item_id, revision,
            bool_or(polarity = 'negative' and polarity_confidence > 0.5) as is_negative,
            bool_or(polarity = 'positive' and polarity_confidence > 0.5) as is_positive,
            sum(polarity_score * sqrt(span_end - span_start)) / sum(sqrt(span_end - span_start)) as score,
            arg_max(polarity, polarity_confidence * (span_end - span_start)) as likeliest
        from segments semi join (from differing where is_mood_moved) as moved using (item_id, revision)
        where model = $model and taxonomy = $taxonomy
        group by all
    )
    update taggings set
        item_polarity = case
            when is_negative and is_positive then 'mixed'
            when is_negative then 'negative'
            when is_positive then 'positive'
            else likeliest
        end,
        item_polarity_score = round(score, 4)
    from felt
    where felt.item_id = taggings.item_id and felt.revision = taggings.revision
        and taggings.model = $model and taggings.taxonomy = $taxonomy
"""


def newest_model(con: Connection, taxonomy: str) -> str | None:
    """The model that tagged last with this frame; None where nothing was."""
    found = scalars(con, "select model from taggings where taxonomy = ? order by tagged_at desc limit 1", [taxonomy])
    return str(found[0]) if found else None


def apply_corrections(con: Connection, model: str, taxonomy: Taxonomy) -> int:
    """Let labels speak for their segments in ``segments``, ``tags`` and ``taggings`` of a pair, in one transaction.

    An axis nobody judged keeps the model's reading. What the model said moves to ``replaced_readings`` first, so
    this can be repeated at any time; the view ``model_readings`` shows the model's own word on every segment.

    Returns
    -------
    int
        Segments that read differently now; 0 when run again.
    """
    with transaction(con):
        return correct(con, model, taxonomy)


def correct(con: Connection, model: str, taxonomy: Taxonomy) -> int:
    """`apply_corrections` inside the caller's transaction."""
    pair = {"model": model, "taxonomy": taxonomy.id}
    stages = taxonomy.stage_of
    con.register("frame_stages", pa.table({
        "touchpoint": pa.array(stages.keys(), pa.string()), "stage": pa.array(stages.values(), pa.string()),
    }))  # fmt: skip
    for statement in (_LABELLED, _KEEP, _WANTED, _DIFFERING, *_REWRITE, _ITEMS):
        con.execute(statement, pair)
    con.unregister("frame_stages")
    changed = int(scalars(con, "select count(*) from differing")[0])
    for table in ("labelled", "wanted", "differing"):
        con.execute(f"drop table temp.{table}")
    return changed


@dataclass(frozen=True, slots=True)
class Audited:
    """One audited segment: what people say and what the model itself said. None where nobody judged the axis."""

    themes: tuple[str, ...] | None
    touchpoint: tuple[str, ...] | None
    polarity: str | None
    found_themes: tuple[str, ...]
    found_touchpoint: str | None
    found_polarity: str
    weight: float  # one over its probability of having been drawn
    respondent: str
    channel: str
    language: str | None
    is_taught: bool  # its label came in before it was drawn for the audit
    is_guess_shown: bool


def audited(con: Connection, model: str, taxonomy: str) -> list[Audited]:
    """The labelled audit segments that are current, counted and read by this pair."""
    rows = con.execute(
        f"""
        select
            labels.themes.ids, labels.touchpoint.outcome, labels.touchpoint.id, labels.polarity,
            list_transform(readings.tags, lambda tag: tag.theme), readings.touchpoint, readings.polarity,
            1 / strata.inclusion_probability, coalesce(submissions.customer_id, items.submission_id),
            submissions.channel, items.language, labels.is_taught, labels.is_guess_shown
        from segment_labels as labels
        inner join label_strata as strata using (item_id, revision, span_start, span_end, taxonomy)
        inner join model_readings as readings using (item_id, revision, span_start, span_end, taxonomy)
        inner join feedback_items as items using (item_id, revision)
        inner join submissions using (submission_id)
        where strata.stratum = 'audit' and readings.model = $model and taxonomy = $taxonomy
            and items.content = 'text' and not items.is_spam and items.duplicate_of is null
        order by {KEY}
        """,
        {"model": model, "taxonomy": taxonomy},
    ).fetchall()
    return [_audited(*row) for row in rows]


def _audited(
    themes: Any, outcome: str | None, place: str | None, polarity: str | None, tags: Any, *rest: Any
) -> Audited:
    judged = None if outcome is None else (place,) if place else ()
    return Audited(None if themes is None else tuple(themes), judged, polarity, tuple(tags), *rest)


class Figure(NamedTuple):
    """What was measured of one label; ``channel`` and ``language`` None over all. None where there was no case."""

    axis: str
    label: str
    channel: str | None
    language: str | None
    precision: float | None
    recall: float | None
    f1: float | None
    f1_low: float | None
    f1_high: float | None
    support: int

    @property
    def is_overall(self) -> bool:
        return self.channel is None and self.language is None


def store_figures(con: Connection, figures: Sequence[Figure], gold: str, model: str, taxonomy: str) -> None:
    """Append to the ledger ``model_quality``, all at one moment."""
    head = [datetime.now(UTC), gold, model, taxonomy]
    with transaction(con):
        for figure in figures:
            row = [*head, *figure]
            con.execute(f"insert into model_quality values ({', '.join('?' * len(row))})", row)
