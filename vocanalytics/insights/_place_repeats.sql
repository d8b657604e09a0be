-- _place_repeats: how often customers come back to the same place, for Kish's effective number of its mentions.
--
-- Grain     one row per period, source (and `all`), level, place where a customer has several items in a span
-- Reads     _places, _items, _days
-- Caveats   doubled = sum of m^2 - m over the m items of each customer there; no row where every m is 1. A voice is a
--           customer at a place.

with

spoken as (

    select hash(respondent, level, place) as voice, level, place, _places.source, _places.submitted_on, apart_in_source
    from _places
    inner join (from _items where apart is not null) using (item_no)

),

-- few come back to the same place; two items need no counting in spans too short for both
several as (

    select
        voice, any_value(level) as level, any_value(place) as place,
        case when count(*) = 2 then max(submitted_on) - min(submitted_on) else 0 end as apart
    from spoken
    group by voice
    having count(*) > 1

),

repeated as (

    select voice, source, submitted_on, apart, apart_in_source from spoken inner join several using (voice)

),

counted as (

    select period_no, is_prior, 'all' as source, voice, count(*) as m
    from repeated inner join _days using (submitted_on)
    where apart < day_count
    group by all
    union all
    select period_no, is_prior, source, voice, count(*)
    from repeated inner join _days using (submitted_on)
    where apart < day_count and apart_in_source < day_count
    group by all

)

select
    period_no, source, level, place,
    coalesce(sum(m * m - m) filter (not is_prior), 0) as doubled,
    coalesce(sum(m * m - m) filter (is_prior), 0) as prior_doubled
from (from counted where m > 1)
inner join several using (voice)
group by all
