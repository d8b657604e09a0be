-- _movement_doubles: how items feel by the published pair, and by an earlier pair that told something first.
--
-- Grain     one row per earlier pair, source, day, arrival, touchpoint (and `all`)
-- Reads     _movement_told, _movement_arrivals, feedback, _items, _places, segments, taggings
-- Caveats   Feeling only of items that both pairs have read; item_count is of all.

with

pairs as (

    select distinct told_model as model, told_taxonomy as taxonomy
    from _movement_told where (told_model, told_taxonomy) <> ($model, $taxonomy)

),

items as (

    select
        pairs.model, pairs.taxonomy, _items.item_no, _items.item_id, feedback.revision, _items.source, _items.submitted_on,
        arrival_no, old.item_id is not null as is_double, feedback.item_polarity as polarity, old.item_polarity as old_polarity
    from pairs, feedback
    inner join (from _items where is_counted) as _items using (item_id)
    inner join _movement_arrivals using (submission_no)
    left join (from taggings semi join pairs using (model, taxonomy)) as old
        on old.item_id = feedback.item_id and old.revision = feedback.revision
        and old.model = pairs.model and old.taxonomy = pairs.taxonomy

),

old_places as (

    select
        items.model, items.taxonomy, items.item_no, segments.touchpoint,
        case
            when bool_or(segments.polarity = 'negative') and bool_or(segments.polarity = 'positive') then 'mixed'
            when bool_or(segments.polarity = 'negative') then 'negative'
            when bool_or(segments.polarity = 'positive') then 'positive'
            else 'neutral'
        end as polarity
    from segments
    inner join items using (item_id, revision, model, taxonomy)
    where segments.touchpoint is not null
    group by all

),

felt as (

    select model, taxonomy, item_no, 'all' as touchpoint, polarity, old_polarity from items
    union all
    select model, taxonomy, item_no, touchpoint, places.polarity, old_places.polarity
    from (
        select model, taxonomy, item_no, place as touchpoint, _places.polarity
        from _places inner join items using (item_no) where level = 'touchpoint'
    ) as places
    full join old_places using (model, taxonomy, item_no, touchpoint)

)

select
    model, taxonomy, source, submitted_on, arrival_no, touchpoint,
    count(*) as item_count, count(*) filter (is_double) as double_count,
    count(*) filter (is_double and felt.polarity is not null) as n,
    count(*) filter (is_double and felt.polarity = 'positive') as up,
    count(*) filter (is_double and felt.polarity = 'negative') as down,
    count(*) filter (is_double and felt.old_polarity is not null) as old_n,
    count(*) filter (is_double and felt.old_polarity = 'positive') as old_up,
    count(*) filter (is_double and felt.old_polarity = 'negative') as old_down
from felt
inner join items using (model, taxonomy, item_no)
group by all
