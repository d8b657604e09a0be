-- _places: what each counted item feels at each touchpoint and stage, once however often it says so.
--
-- Grain     one row per item, level (touchpoint or stage), place
-- Reads     mentions, _items

with

placed as (

    select item_id, 'touchpoint' as level, touchpoint as place, polarity
    from mentions where touchpoint is not null
    union all
    select item_id, 'stage', stage, polarity
    from mentions where touchpoint is not null

)

select
    item_no, level, place,
    any_value(_items.source) as source, any_value(_items.submitted_on) as submitted_on,
    any_value(_items.submission_id) as submission_id,
    case
        when bool_or(polarity = 'negative') and bool_or(polarity = 'positive') then 'mixed'
        when bool_or(polarity = 'negative') then 'negative'
        when bool_or(polarity = 'positive') then 'positive'
        else 'neutral'
    end as polarity
from placed
inner join _items using (item_id)
where _items.is_counted and _items.submitted_on <= $as_of
group by item_no, level, place
