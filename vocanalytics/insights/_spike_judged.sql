-- _spike_judged: each week or day of a series with what was heard in it, and with a q-value among its like.
--
-- Grain     one row per period_kind (week, day), period_on, source (and `all`), touchpoint, theme, measure
-- Reads     _spike_tests, _spike_series, _spike_counts, _spike_volumes
-- Params    $min_cell  fewest items a test needs, and fewest customers a spike needs
-- Caveats   Families: shares by source and week or day; counts of whole sources by week or day. Of two weeks authors are
--           added up, so one who speaks in both counts twice, and never more.

with

bases as (

    select period_kind, period_on, source, item_count as base from _spike_volumes
    union all
    select period_kind, period_on, 'all', sum(item_count)::bigint from _spike_volumes where is_settled group by all

),

tested as (

    select
        * exclude (item_count, customer_count, negative_item_count, negative_customer_count),
        (period_on + if(period_kind = 'week', 6, 0))::date as until_on, if(measure = 'complaint_share', source, null) as family,
        coalesce(counts.item_count, 0) as items, coalesce(counts.customer_count, 0) as customers,
        coalesce(counts.negative_item_count, 0) as negatives, coalesce(counts.negative_customer_count, 0) as unhappy,
        if(two_high is not null, items + coalesce(earlier.item_count, 0), null) as two_items,
        customers + coalesce(earlier.customer_count, 0) as two_customers,
        -- chosen by what was heard in baseline and week together, never by how the two differ
        if(heard >= $min_cell, p_value, null) as tested_p
    from _spike_tests
    inner join (select * exclude (item_count) from _spike_series) as series using (series_no)
    inner join bases using (period_kind, period_on, source)
    left join _spike_counts as counts using (period_kind, period_on, source, touchpoint, theme, measure)
    left join (select * replace (period_on + 7 as period_on) from _spike_counts where period_kind = 'week') as earlier
        using (period_kind, period_on, source, touchpoint, theme, measure)

),

placed as (

    select
        *, count(tested_p) over of_family as test_count,
        sum(alpha) filter (tested_p is not null) over of_family as false_alarms,
        row_number() over (partition by period_kind, period_on, family order by tested_p nulls last, series_no) as nth
    from tested
    window of_family as (partition by period_kind, period_on, family)

),

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
corrected as (

    select
        *, case when tested_p is not null then min(least(1.0, tested_p * (test_count / nth))) over (
            partition by period_kind, period_on, family order by nth rows between current row and unbounded following
        ) end as q
    from placed

)

select
    *,
    coalesce(q < 0.05 and least(items, customers) > high and customers >= $min_cell, false) as is_sudden,
    coalesce(q < 0.05 and least(two_items, two_customers) > two_high and two_customers >= $min_cell, false)
        as is_high_for_two
from corrected
