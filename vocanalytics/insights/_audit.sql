-- _audit: what people say of the segments drawn at random, and what the model itself says of them.
--
-- Grain     one row per labelled audit segment that the published pair read and that counts
-- Reads     segment_labels, label_strata, segments, tags, replaced_readings, feedback_items, submissions, _items
-- Caveats   A null list or polarity was not judged; an empty list says that nothing applies.

with

labelled as (

    select *
    from segment_labels
    inner join (from label_strata where stratum = 'audit') as strata
        using (item_id, revision, span_start, span_end, taxonomy)
    where taxonomy = $taxonomy

),

read as (

    select segments.*
    from segments semi join labelled using (item_id, revision, span_start, span_end)
    where model = $model and taxonomy = $taxonomy

),

tagged as (

    select item_id, revision, segment_no, list(theme order by theme) as themes
    from tags semi join read using (item_id, revision, segment_no)
    where model = $model and taxonomy = $taxonomy
    group by all

)

-- a label has replaced the reading by now: what the model said was put aside
select
    row_number() over (order by item_id, span_start, span_end) as row_no,
    submissions.channel, coalesce(items.language, '(unknown)') as language, _items.respondent,
    1 / labelled.inclusion_probability as weight,
    labelled.themes.ids as themes,
    case when labelled.touchpoint is not null then list_filter([labelled.touchpoint.id], lambda id: id is not null) end
        as touchpoints,
    case when labelled.polarity is not null then [labelled.polarity] end as polarities,
    case
        when own.item_id is null then coalesce(tagged.themes, [])
        else list_transform(own.tags, lambda tag: tag.theme)
    end as found_themes,
    list_filter(
        [case when own.item_id is null then read.touchpoint else own.touchpoint end], lambda id: id is not null
    ) as found_touchpoints,
    [coalesce(own.polarity, read.polarity)] as found_polarities
from labelled
inner join read using (item_id, revision, span_start, span_end)
inner join feedback_items as items using (item_id, revision)
inner join _items using (item_id, submission_id)
inner join submissions using (submission_id)
left join tagged using (item_id, revision, segment_no)
left join replaced_readings as own on own.item_id = read.item_id and own.revision = read.revision
    and own.span_start = read.span_start and own.span_end = read.span_end
    and own.model = $model and own.taxonomy = $taxonomy
where _items.is_counted
