-- _days: which periods a day counts in, and which it is compared against. An equality join beats a range join here.
--
-- Grain     one row per day, period, is_prior; day_count of the span it stands in
-- Reads     _periods

select unnest(generate_series(period_on::timestamp, period_until_on::timestamp, interval 1 day))::date as submitted_on,
    period_no, false as is_prior, period_until_on - period_on + 1 as day_count
from _periods
union all
select unnest(generate_series(prior_on::timestamp, prior_until_on::timestamp, interval 1 day))::date,
    period_no, true, prior_until_on - prior_on + 1
from _periods
