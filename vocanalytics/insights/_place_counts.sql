-- _place_counts: how many items feel what at each place, now and in what it is compared with.
--
-- Grain     one row per period, source (and `all`), level, place
-- Reads     _places, _stretches, _stretch_periods

with

by_stretch as (

    select
        stretch_no, source, level, place, polarity, count(*) as n,
        count(*) filter (is_from_text) as from_text
    from _places
    inner join _stretches using (submitted_on)
    group by all

)

select
    period_no,
    coalesce(source, 'all') as source,
    level,
    place,
    coalesce(sum(n) filter (not is_prior), 0)::bigint as mention_item_count,
    coalesce(sum(n) filter (not is_prior and polarity = 'positive'), 0)::bigint as positive_item_count,
    coalesce(sum(n) filter (not is_prior and polarity = 'negative'), 0)::bigint as negative_item_count,
    coalesce(sum(n) filter (not is_prior and polarity = 'mixed'), 0)::bigint as mixed_item_count,
    coalesce(sum(n) filter (not is_prior and polarity = 'neutral'), 0)::bigint as neutral_item_count,
    coalesce(sum(from_text) filter (not is_prior), 0)::bigint as from_text_item_count,
    coalesce(sum(n) filter (is_prior), 0)::bigint as prior_mention_item_count,
    coalesce(sum(n) filter (is_prior and polarity = 'positive'), 0)::bigint as prior_positive_item_count,
    coalesce(sum(n) filter (is_prior and polarity = 'negative'), 0)::bigint as prior_negative_item_count
from by_stretch
inner join _stretch_periods using (stretch_no)
group by grouping sets ((period_no, source, level, place), (period_no, level, place))
