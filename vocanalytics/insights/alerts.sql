-- alerts: words somebody must see today, however few customers wrote them.
--
-- Grain     one row per item, reason
-- Reads     flags, feedback_items, submissions, segments, taxonomy_touchpoints, taxonomy_stages, _items, _withheld
-- For       whoever answers for safety, legal affairs and fair treatment
-- Caveats   Counts only, never shares; no minimum base. Spam and copies are left out. Flags of one edition of the
--           rules: those of others are removed from the store when items are flagged anew.

with

placed as (

    -- the idea that holds most of the words, the first of equals
    select
        flags.item_id, flags.reason,
        arg_max(segments.touchpoint, {
            'shared': least(flags.span_end, segments.span_end) - greatest(flags.span_start, segments.span_start),
            'early': -segments.segment_no
        }) as touchpoint
    from flags
    inner join segments on segments.item_id = flags.item_id and segments.revision = flags.revision
        and segments.span_start < flags.span_end and flags.span_start < segments.span_end
    where segments.model = $model and segments.taxonomy = $taxonomy and segments.touchpoint is not null
        and segments.touchpoint not in (select label from _withheld where axis = 'touchpoint')
    group by flags.item_id, flags.reason

)

select
    flags.item_id, flags.reason,
    substring(items.verbatim, flags.span_start + 1, flags.span_end - flags.span_start) as quote,
    flags.span_start, flags.span_end, flags.confidence,
    submissions.source, submissions.channel, submissions.submitted_on, items.language,
    submissions.dimensions['outlet'] as outlet, submissions.dimensions['market'] as market,
    submissions.dimensions['model'] as vehicle_model,
    try_cast(submissions.dimensions['model_year'] as integer) as model_year,
    submissions.dimensions['software_version'] as software_version,
    taxonomy_touchpoints.stage, taxonomy_stages.stage_label,
    taxonomy_touchpoints.touchpoint, taxonomy_touchpoints.touchpoint_label,
    flags.edition as flagged_by, $model as model, $taxonomy as taxonomy, submissions.masking
from flags
inner join feedback_items as items on items.item_id = flags.item_id and items.revision = flags.revision
inner join submissions using (submission_id)
inner join _items on _items.item_id = flags.item_id and _items.is_counted
left join placed on placed.item_id = flags.item_id and placed.reason = flags.reason
left join taxonomy_touchpoints on taxonomy_touchpoints.touchpoint = placed.touchpoint
left join taxonomy_stages on taxonomy_stages.stage = taxonomy_touchpoints.stage
