-- _spike_counts: what was complained about in each week and day, by how many.
--
-- Grain     one row per period_kind (week, day), period_on, source (and `all`), touchpoint, theme with a negative item
-- Reads     _cells, _places, _items, _frame, _spike_volumes
-- Caveats   Weeks by theme and source; days by touchpoint only, over all sources: a day is too short for more.

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

)

select
    period_kind, period_on, source, touchpoint, theme,
    count(*) as negative_item_count,
    count(distinct respondent) as negative_customer_count
from heard
where period_kind = 'week' or source = 'all'
group by all

