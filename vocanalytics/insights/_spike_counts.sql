-- _spike_counts: what was complained about in each week and day, by how many; and how much each source said in all.
--
-- Grain     one row per period_kind (week, day), period_on, source (and `all`), touchpoint, theme, measure
-- Reads     feedback, _cells, _places, _items, _frame, _spike_volumes
-- Caveats   Shares: weeks by theme and source; days by touchpoint only, over all sources: a day is too short for more.
--           Counts of a whole source are at touchpoint and theme `(any)`, by source only: `all` changes with its sources.

with

complaints as (

    select 'week' as period_kind, date_trunc('week', submitted_on)::date as period_on, source,
        touchpoint, theme, respondent
    from _cells inner join _frame using (cell_no)
    where is_negative
    union all
    select 'day', _places.submitted_on, _places.source, place, '(any)', respondent
    from _places inner join _items using (item_no)
    where level = 'touchpoint' and polarity = 'negative'

),

heard as (

    select period_kind, period_on, unnest(case
        when not is_settled then [source] when period_kind = 'day' then ['all'] else [source, 'all']
    end) as source, touchpoint, theme, respondent
    from complaints
    inner join _spike_volumes using (period_kind, period_on, source)

),

-- a long review is mixed whatever it complains about: what counts is what it comes to
on_balance as (

    select item_id, coalesce(item_polarity in ('negative', 'mixed') and item_polarity_score < 0, false) as is_negative
    from feedback

),

wrote as (

    select
        period_kind, date_trunc(period_kind, submitted_on)::date as period_on, source, respondent,
        count(*) as n, count(*) filter (is_negative) as negative
    from _items inner join on_balance using (item_id), (select unnest(['week', 'day']) as period_kind)
    where is_counted
    group by all

),

whole as (

    select
        period_kind, period_on, source,
        sum(n)::bigint as item_count, count(*) as customer_count,
        sum(negative)::bigint as negative_item_count, count(*) filter (negative > 0) as negative_customer_count
    from wrote
    group by all

)

select
    period_kind, period_on, source, touchpoint, theme, 'complaint_share' as measure,
    sum(n)::bigint as item_count,
    count(*) as customer_count,
    item_count as negative_item_count,
    customer_count as negative_customer_count
from (select *, count(*) as n from heard where period_kind = 'week' or source = 'all' group by all)
group by all
union all
select
    period_kind, period_on, source, '(any)', '(any)', unnest(['complaints', 'volume']) as measure,
    unnest([negative_item_count, whole.item_count]),
    unnest([negative_customer_count, customer_count]),
    negative_item_count, negative_customer_count
from whole semi join _spike_volumes using (period_kind, period_on, source)
