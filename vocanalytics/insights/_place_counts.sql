-- _place_counts: how many items feel what at each place, now and in what it is compared with.
--
-- Grain     one row per period, source (and `all`), level, place
-- Reads     _places, _days

select
    period_no,
    coalesce(source, 'all') as source,
    level,
    place,
    count(*) filter (not is_prior) as mention_item_count,
    count(*) filter (not is_prior and polarity = 'positive') as positive_item_count,
    count(*) filter (not is_prior and polarity = 'negative') as negative_item_count,
    count(*) filter (not is_prior and polarity = 'mixed') as mixed_item_count,
    count(*) filter (not is_prior and polarity = 'neutral') as neutral_item_count,
    count(*) filter (is_prior) as prior_mention_item_count,
    count(*) filter (is_prior and polarity = 'positive') as prior_positive_item_count,
    count(*) filter (is_prior and polarity = 'negative') as prior_negative_item_count
from _places
inner join _days using (submitted_on)
group by grouping sets ((period_no, source, level, place), (period_no, level, place))
