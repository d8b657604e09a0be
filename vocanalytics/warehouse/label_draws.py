"""Which segments people are asked to label: a random audit, and those that would teach most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vocanalytics.taxonomy import Label, Taxonomy
from vocanalytics.warehouse.connection import Connection, scalars

# how many of a label measured under its bar stand on a sheet before the first of any other
_HEAD_START = 4

# a segment's key names its place in a revision of a verbatim, whatever split it and whoever tagged it
KEY = "concat_ws('-', item_id, revision, span_start, span_end)"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A segment on a sheet, with what the model itself says of it."""

    segment_key: str
    stratum: str  # audit, teach
    segment: str
    verbatim: str
    channel: str
    question: str | None
    themes: tuple[str, ...]
    themes_outcome: str
    touchpoint: str | None
    touchpoint_outcome: str
    polarity: str


_POPULATION = f"""
    create or replace temp table sheet_population as
    select
        {KEY} as segment_key, md5(concat_ws('|', $seed, segment_key)) as place,
        readings.*, items.verbatim, items.question, submissions.channel,
        substring(items.verbatim, span_start + 1, span_end - span_start) as segment,
        lower(trim(segment)) as wording
    from model_readings as readings
    inner join feedback_items as items using (item_id, revision)
    inner join submissions using (submission_id)
    where readings.model = $model and readings.taxonomy = $taxonomy
        and items.content = 'text' and not items.is_spam and items.duplicate_of is null
"""
# every segment has one place for ever, and the first n places are drawn: a later draw of as many holds the same
# segments and its share of the new ones (permanent random numbers; Ohlsson, "Coordination of samples using
# permanent random numbers", in Business Survey Methods, Wiley 1995)
_AUDIT = """
    create or replace temp table sheet_audit as
    select *, least(1.0, $audit / (select count(*) from sheet_population)) as inclusion_probability
    from sheet_population order by place limit $audit
"""
_TEACH = f"""
    create or replace temp table sheet_teach as
    with refused as (  -- what the audit measures is never taught, not even as the same words of another customer
        select wording from sheet_audit
        union
        select wording from sheet_population semi join (
            select {KEY} as segment_key from label_strata where taxonomy = $taxonomy and stratum = 'audit'
            union
            select {KEY} from labels where taxonomy = $taxonomy
        ) using (segment_key)
    ),
    candidates as (
        select * from sheet_population anti join refused using (wording) where wording similar to '.*[[:alnum:]].*'
    ),
    said as (
        select segment_key, 'themes' as axis, unnest(tags).theme as label, unnest(tags).theme_confidence as confidence
        from sheet_population
        union all
        select segment_key, 'touchpoint', touchpoint, touchpoint_confidence
        from sheet_population where touchpoint is not null and touchpoint_source = 'text'
    ),
    floors as (  -- the least sure tag of a label stands where its threshold lies
        select axis, label, min(confidence) as floor from said group by all
    ),
    reasons as (
        select segment_key, axis, label, 1 - (confidence - floor) / greatest(1 - floor, 1e-9) as doubt
        from said inner join floors using (axis, label)
        union all  -- not sure of the theme, at each place on its own: silence is of many kinds
        select segment_key, 'themes', '(abstained) ' || coalesce(touchpoint, ''), 1
        from sheet_population where outcome = 'abstained'
        union all
        select segment_key, 'touchpoint', '(abstained)', 1
        from sheet_population where touchpoint_outcome = 'abstained'
    ),
    measured as (
        select axis, label, arg_max(f1, measured_at) as f1
        from model_quality where taxonomy = $taxonomy and channel is null and language is null and support > 0
        group by all
    ),
    ranked as (
        select
            candidates.*, coalesce(measured.f1 < bars.min_f1, false) as is_under_bar,
            row_number() over (partition by axis, label order by doubt desc, place)
                / if(is_under_bar, {_HEAD_START}, 1) as turn
        from candidates
        inner join reasons using (segment_key)
        left join measured using (axis, label)
        left join bars using (axis, label)
    ),
    per_item as (
        select distinct on (item_id) * from ranked order by item_id, turn, not is_under_bar, place
    ),
    per_wording as (
        select distinct on (wording) * from per_item order by wording, turn, not is_under_bar, place
    )
    select * from per_wording order by turn, not is_under_bar, place limit $teach
"""
_SHEET = """
    with sheet as (
        select *, 'audit' as stratum, row_number() over (order by place) as nth from sheet_audit
        union all by name
        select *, 'teach' as stratum, row_number() over (order by turn, not is_under_bar, place) as nth from sheet_teach
    )
    select
        segment_key, stratum, segment, verbatim, channel, question,
        list_transform(tags, lambda tag: tag.theme) as themes, outcome, touchpoint, touchpoint_outcome, polarity
    from sheet
    where not ($unlabelled and segment_key in (select segment_key from labelled_keys))
    order by stratum, nth
"""
_REMEMBER = """
    insert into label_draws by name
    with sheet as (
        select *, 'audit' as stratum from sheet_audit
        union all by name
        select *, 'teach' as stratum, null as inclusion_probability from sheet_teach
    )
    select
        item_id, revision, span_start, span_end, $taxonomy as taxonomy, sheet.stratum, sheet.inclusion_probability,
        $seed as seed, now() as drawn_at
    from sheet
    anti join label_draws as known
        on known.item_id = sheet.item_id and known.revision = sheet.revision
        and known.span_start = sheet.span_start and known.span_end = sheet.span_end
        and known.taxonomy = $taxonomy and known.stratum = sheet.stratum
        and coalesce(known.inclusion_probability, 0) >= coalesce(sheet.inclusion_probability, 0)
"""


def draw(
    con: Connection, model: str, taxonomy: Taxonomy, *, audit: int, teach: int, seed: int, unlabelled: bool = False
) -> list[Drawn]:
    """Choose the segments of a sheet and remember them, inside the caller's transaction.

    Parameters
    ----------
    audit : int
        The first so many segments of one lasting random order, among current, counted ones. Once drawn, a segment
        stays audit. The order's seed is that of the first draw.
    teach : int
        At most so many: not sure, spread over labels, one per item, no wording twice, nothing labelled or audited
        already; labels measured under their bar first.
    unlabelled : bool
        Leave out audit segments that somebody labelled already.
    """
    first = scalars(con, "select seed from label_draws where taxonomy = ? order by drawn_at limit 1", [taxonomy.id])
    seed = int(first[0]) if first else seed
    named = {"taxonomy": taxonomy.id}
    con.execute(_POPULATION, named | {"model": model, "seed": str(seed)})
    con.execute(_AUDIT, {"audit": audit})
    con.register("bars", _bars(taxonomy))
    con.execute(_TEACH, named | {"teach": teach})
    con.unregister("bars")
    con.execute(
        f"create or replace temp table labelled_keys as select distinct {KEY} as segment_key from labels "
        "where taxonomy = $taxonomy",
        named,
    )
    rows = con.execute(_SHEET, {"unlabelled": unlabelled}).fetchall()
    con.execute(_REMEMBER, named | {"seed": seed})
    for table in ("sheet_population", "sheet_audit", "sheet_teach", "labelled_keys"):
        con.execute(f"drop table temp.{table}")
    return [_drawn(row) for row in rows]


def _drawn(row: Sequence[object]) -> Drawn:
    key, stratum, segment, verbatim, channel, question, themes, outcome, touchpoint, touchpoint_outcome, polarity = row
    return Drawn(
        str(key), str(stratum), str(segment), str(verbatim), str(channel), None if question is None else str(question),
        tuple(map(str, themes)) if isinstance(themes, list) else (), str(outcome),
        None if touchpoint is None else str(touchpoint), str(touchpoint_outcome), str(polarity),
    )  # fmt: skip


def _bars(taxonomy: Taxonomy) -> pa.Table:
    axes: dict[str, Sequence[Label]] = {"themes": taxonomy.themes, "touchpoint": taxonomy.touchpoints}
    rows = [(axis, label.id, label.min_f1) for axis, labels in axes.items() for label in labels]
    return pa.table(
        {
            "axis": pa.array([axis for axis, _, _ in rows], pa.string()),
            "label": pa.array([label for _, label, _ in rows], pa.string()),
            "min_f1": pa.array([taxonomy.min_f1 if bar is None else bar for _, _, bar in rows], pa.float64()),
        }
    )
