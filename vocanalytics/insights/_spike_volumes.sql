-- _spike_volumes: how much each source said in the weeks and days that spikes are looked for in, and in those before.
--
-- Grain     one row per period_kind (week, day), period_on, source
-- Reads     _items
-- Caveats   Complete weeks only, up to 182 of them; 112 days. A step in which nobody wrote has no row. A source that
--           joined later than the others is not part of `all` for its first eight weeks: it has no past to compare.

with

ends as (

    -- the Monday that opens the last week that is over
    select (date_trunc('week', $as_of::date + 1) - interval 7 days)::date as last_week_on

),

dated as (

    select 'week' as period_kind, date_trunc('week', submitted_on)::date as period_on, source
    from _items, ends
    where is_counted and submitted_on between last_week_on - 181 * 7 and last_week_on + 6
    union all
    select 'day', submitted_on, source
    from _items
    where is_counted and submitted_on between $as_of::date - 111 and $as_of::date

)

select
    period_kind, period_on, source, count(*) as item_count,
    first_on < min(period_on) over (partition by period_kind) + 7 or period_on >= first_on + 56 as is_settled
from dated
inner join (select source, min(submitted_on) as first_on from _items where is_counted group by source) using (source)
group by period_kind, period_on, source, first_on
