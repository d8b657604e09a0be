-- _periods: the spans of days that figures are told for, and what each is compared with.
--
-- Grain     one row per period_kind, period_on
-- Reads     submissions
-- Params    $as_of  last day of the data
-- Caveats   At most 53 weeks, 26 blocks of four weeks, 36 months and 20 quarters, the latest. Days are dates of the
--           feed's own zone, so no session time zone can move them.

with

ends as (

    select
        min(submitted_on) as first_on,
        -- the Monday that opens the last week that is over
        (date_trunc('week', $as_of::date + 1) - interval 7 days)::date as last_week_on
    from submissions
    where submitted_on <= $as_of::date

),

spans as (

    select 'week' as period_kind, d::date as period_on, d::date + 6 as period_until_on, d::date - 56 as prior_on
    from ends, unnest(generate_series(
        greatest(date_trunc('week', first_on), last_week_on - 51 * 7)::timestamp, $as_of::timestamp, interval 7 days
    )) as days (d)
    union all
    select 'four_weeks', d::date, d::date + 27, d::date - 84
    from ends, unnest(generate_series(
        (last_week_on - 21)::timestamp, greatest(first_on - 27, last_week_on - 21 - 25 * 28)::timestamp, interval (-28) days
    )) as days (d)
    union all
    select 'month', d::date, (d + interval 1 month)::date - 1, (d - interval 1 month)::date
    from ends, unnest(generate_series(
        greatest(date_trunc('month', first_on), date_trunc('month', $as_of::date) - interval 35 months)::timestamp,
        $as_of::timestamp, interval 1 month
    )) as days (d)
    union all
    select 'quarter', d::date, (d + interval 3 months)::date - 1, (d - interval 3 months)::date
    from ends, unnest(generate_series(
        greatest(date_trunc('quarter', first_on), date_trunc('quarter', $as_of::date) - interval 57 months)::timestamp,
        $as_of::timestamp, interval 3 months
    )) as days (d)
    union all
    -- everything there is, for feeds too thin to be told in pieces; compared with nothing
    select 'all', first_on, $as_of::date, null from ends where first_on is not null

)

select
    row_number() over (order by period_kind, period_on) as period_no,
    period_kind, period_on, period_until_on, period_until_on <= $as_of::date as is_complete,
    prior_on, case when prior_on is not null then period_on - 1 end as prior_until_on
from spans
