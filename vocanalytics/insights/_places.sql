-- _places: what each counted item feels at each touchpoint and stage, once however often it says so.
--
-- Grain     one row per item, level (touchpoint or stage), place
-- Reads     _said, taxonomy_touchpoints
-- Caveats   Not all of them name the place: is_from_text says whose own words do, at the stage any of its touchpoints.

with

placed as (

    select *, 'touchpoint' as level, touchpoint as place from _said where touchpoint is not null
    union all
    select _said.*, 'stage', stage from _said inner join taxonomy_touchpoints using (touchpoint)

)

select
    item_no, level, place,
    any_value(source) as source, any_value(submitted_on) as submitted_on,
    any_value(submission_no) as submission_no,
    bool_or(is_from_text) as is_from_text,
    case
        when bool_or(polarity = 'negative') and bool_or(polarity = 'positive') then 'mixed'
        when bool_or(polarity = 'negative') then 'negative'
        when bool_or(polarity = 'positive') then 'positive'
        else 'neutral'
    end as polarity
from placed
group by item_no, level, place
