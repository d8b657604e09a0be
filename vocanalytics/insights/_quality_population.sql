-- _quality_population: how many segments the model itself gives each label, of all it read.
--
-- Grain     one row per axis, label, channel (and `all`), language (and `all`); no row without an audit to correct it by
-- Reads     segments, tags, replaced_readings, feedback_items, submissions, _items, _audit
-- Caveats   Segments of counted items, the population the audit was drawn from.

with

counted as (

    select
        segments.item_id, segments.revision, segments.segment_no, channel, coalesce(language, '(unknown)') as language,
        own.item_id is not null as is_labelled, own.tags,
        case when is_labelled then own.touchpoint else segments.touchpoint end as touchpoint,
        coalesce(own.polarity, segments.polarity) as polarity
    from segments
    inner join feedback_items as items using (item_id, revision)
    inner join (from _items where is_counted) as counted using (item_id, submission_id)
    inner join submissions using (submission_id)
    left join replaced_readings as own using (item_id, revision, model, taxonomy, span_start, span_end)
    -- without an audit there is nothing to correct, and an empty join costs nothing
    semi join (select $model as model from _audit having count(*) >= 50) as audited using (model)
    where segments.model = $model and taxonomy = $taxonomy

),

said as (

    select channel, language, 'touchpoint' as axis, touchpoint as label from counted
    union all
    select channel, language, 'polarity', polarity from counted
    union all
    select channel, language, 'themes', theme
    from counted
    inner join (from tags where model = $model and taxonomy = $taxonomy) as tags using (item_id, revision, segment_no)
    where not is_labelled
    union all
    select channel, language, 'themes', unnest(tags).theme from counted where is_labelled

),

labels as (

    select coalesce(channel, 'all') as channel, coalesce(language, 'all') as language, axis, label, count(*) as n
    from said where label is not null
    group by grouping sets ((axis, label), (axis, label, channel), (axis, label, language))

)

select channel, language, axis, label, n / segment_count as share
from labels inner join (
    select coalesce(channel, 'all') as channel, coalesce(language, 'all') as language, count(*) as segment_count
    from counted
    group by grouping sets ((), (channel), (language))
) using (channel, language)
