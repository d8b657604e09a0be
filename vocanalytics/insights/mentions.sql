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
        case when withheld.label is null then touchpoint_outcome else 'withheld' end as touchpoint_outcome
    from segments
    left join _withheld as withheld on withheld.axis = 'touchpoint' and withheld.label = segments.touchpoint
    where model = $model and taxonomy = $taxonomy

)

select
    placed.item_id, placed.segment_no,
    themes.theme, taxonomy_themes.theme_label, themes.theme_confidence,
    case
        when themes.theme is not null then 'tagged'
        when placed.outcome = 'tagged' then 'withheld'
        else placed.outcome
    end as theme_outcome,
    placed.span_start, placed.span_end,
    substring(items.verbatim, placed.span_start + 1, placed.span_end - placed.span_start) as quote,
    taxonomy_touchpoints.stage, taxonomy_stages.stage_label,
    placed.touchpoint, taxonomy_touchpoints.touchpoint_label, placed.touchpoint_outcome,
    case when placed.touchpoint is not null then placed.touchpoint_source end as touchpoint_source,
    case when placed.touchpoint is not null then placed.touchpoint_confidence end as touchpoint_confidence,
    placed.polarity, placed.polarity_score, placed.polarity_confidence, placed.emotion, placed.intent,
    list_sort(list_distinct(list_transform(
        list_filter(
            comparisons.found,
            lambda name: name.span_start >= placed.span_start and name.span_start < placed.span_end
        ),
        lambda name: name.brand
    ))) as compared_with,
    _items.source, _items.submitted_on, _items.is_counted,
    $model as model, $taxonomy as taxonomy, _items.masking
from placed
inner join feedback_items as items on items.item_id = placed.item_id and items.revision = placed.revision
inner join _items on _items.item_id = placed.item_id
left join comparisons on comparisons.item_id = placed.item_id and comparisons.revision = placed.revision
left join themes on themes.item_id = placed.item_id and themes.revision = placed.revision
    and themes.segment_no = placed.segment_no
left join taxonomy_themes on taxonomy_themes.theme = themes.theme
left join taxonomy_touchpoints on taxonomy_touchpoints.touchpoint = placed.touchpoint
left join taxonomy_stages on taxonomy_stages.stage = taxonomy_touchpoints.stage
