-- _bases: what shares are shares of.
--
-- Grain     one row per period, source (and `all`) with anything to count
-- Reads     _items, _days
-- Caveats   The effective n is Kish's: as if nothing a customer said twice told anything new.

with

counted as (

    from _items where is_counted and submitted_on <= $as_of

),

by_day as (

    select submitted_on, coalesce(source, 'all') as source, count(*) as n
    from counted
    group by grouping sets ((submitted_on, source), (submitted_on))

),

-- who speaks once in a span adds nothing to its repetitions, and need not be told apart there
speakers as (

    select period_no, is_prior, source, respondent, count(*) as m
    from counted inner join _days using (submitted_on)
    where apart_in_source < day_count
    group by all
    union all
    select period_no, is_prior, 'all', respondent, count(*)
    from counted inner join _days using (submitted_on)
    where apart < day_count
    group by all

),

repeated as (

    select period_no, is_prior, source, sum(m - 1) as again, sum(m * m - m) as doubled from speakers group by all

),

scoped as (

    select period_no, is_prior, source, sum(n) as n, sum(n) - coalesce(any_value(again), 0) as customer_count,
        sum(n) ^ 2 / (sum(n) + coalesce(any_value(doubled), 0)) as effective
    from by_day
    inner join _days using (submitted_on)
    left join repeated using (period_no, is_prior, source)
    group by all

)

select
    period_no,
    source,
    coalesce(max(n) filter (not is_prior), 0)::bigint as item_count,
    coalesce(max(customer_count) filter (not is_prior), 0)::bigint as customer_count,
    coalesce(max(effective) filter (not is_prior), 0) as effective_item_count,
    coalesce(max(n) filter (is_prior), 0)::bigint as prior_item_count,
    coalesce(max(effective) filter (is_prior), 0) as prior_effective_item_count
from scoped
group by all
