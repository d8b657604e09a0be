-- mentions: each idea a customer expressed, with place, theme and feeling; the evidence behind every count.
--
-- Grain     one row per item, segment, theme; theme is null where a segment has none
-- Reads     segments, tags, comparisons, feedback_items, _items, _withheld, taxonomy_touchpoints, taxonomy_stages,
--           taxonomy_themes
-- For       the analyst, to read what a figure rests on
-- Caveats   Current revisions of one (model, taxonomy) pair. A label that measured too low is withheld, not removed:
--           its outcome says so.

with

themes as (

    select item_id, revision, segment_no, theme, theme_confidence
    from tags
    where model = $model and taxonomy = $taxonomy
        and theme not in (select label from _withheld where axis = 'themes')

),

placed as (

    select
        segments.* exclude (stage, touchpoint, touchpoint_outcome),
        case when withheld.label is null then touchpoint end as touchpoint,
        case when withheld.label is null then touchpoint_outcome else 'withheld' end as touchpoint_outcome,
        _items.source, _items.submitted_on, _items.is_counted, _items.masking
    from segments
    inner join _items using (item_id)
    left join _withheld as withheld on withheld.axis = 'touchpoint' and withheld.label = segments.touchpoint
    where model = $model and taxonomy = $taxonomy

),

-- cut out before anything else is joined: whole texts are long, and a join may have to keep them
quoted as (

    select
        placed.*,
        substring(items.verbatim, span_start + 1, span_end - span_start) as quote,
        -- most texts name no other brand, and lists are slow
        case when comparisons.found = [] then []::varchar[] when comparisons.found is not null then
            list_sort(list_distinct(list_transform(
                list_filter(
                    comparisons.found,
                    lambda name: name.span_start >= placed.span_start and name.span_start < placed.span_end
                ),
                lambda name: name.brand
            )))
        end as compared_with
    from placed
    inner join feedback_items as items using (item_id, revision)
    left join comparisons using (item_id, revision)

)

select
    placed.item_id, placed.segment_no,
    themes.theme, taxonomy_themes.theme_label, themes.theme_confidence,
    case
        when themes.theme is not null then 'tagged'
        when placed.outcome = 'tagged' then 'withheld'
        else placed.outcome
    end as theme_outcome,
    placed.span_start, placed.span_end, placed.quote,
    taxonomy_touchpoints.stage, taxonomy_stages.stage_label,
    placed.touchpoint, taxonomy_touchpoints.touchpoint_label, placed.touchpoint_outcome,
    case when placed.touchpoint is not null then placed.touchpoint_source end as touchpoint_source,
    case when placed.touchpoint is not null then placed.touchpoint_confidence end as touchpoint_confidence,
    placed.polarity, placed.polarity_score, placed.polarity_confidence, placed.emotion, placed.intent, placed.compared_with,
    placed.source, placed.submitted_on, placed.is_counted,
    $model as model, $taxonomy as taxonomy, placed.masking
from quoted as placed
left join themes using (item_id, revision, segment_no)
left join taxonomy_themes on taxonomy_themes.theme = themes.theme
left join taxonomy_touchpoints on taxonomy_touchpoints.touchpoint = placed.touchpoint
left join taxonomy_stages on taxonomy_stages.stage = taxonomy_touchpoints.stage
