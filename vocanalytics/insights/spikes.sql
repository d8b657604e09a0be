-- spikes: weeks and days in which more was complained about than the ones before lead one to expect.
--
-- Grain     one row per period_kind (week, day), period_on, source (and `all`), touchpoint, theme
-- Reads     _spike_tests, _spike_series, _spike_counts, _spike_volumes, _frame, events
-- Params    $min_cell  fewest complaints a test needs, and fewest customers a spike needs; $min_base below it thin
-- For       whoever must know on Monday what happened
-- Caveats   A spike is an unusual count, not its cause. Events stand beside it and never suppress it.

with

bases as (

    select period_kind, period_on, source, item_count from _spike_volumes
    union all
    select period_kind, period_on, 'all', sum(item_count)::bigint from _spike_volumes where is_settled group by all

),

tested as (

    select
        * exclude (negative_item_count, negative_customer_count),
        coalesce(counts.negative_item_count, 0) as negative_item_count,
        coalesce(counts.negative_customer_count, 0) as negative_customer_count,
        -- chosen by what was heard in baseline and week together, never by how the two differ
        case when heard >= $min_cell then p_value end as tested_p
    from _spike_tests
    inner join (select * exclude (negative_item_count) from _spike_series) as series using (series_no)
    inner join bases using (period_kind, period_on, source)
    left join _spike_counts as counts using (period_kind, period_on, source, touchpoint, theme)

),

placed as (

    select
        *,
        row_number() over (partition by period_kind, period_on, source order by tested_p nulls last, series_no) as nth,
        count(tested_p) over (partition by period_kind, period_on, source) as test_count
    from tested

),

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
corrected as (

    select *, case when tested_p is not null then min(least(1.0, tested_p * (test_count / nth))) over (
        partition by period_kind, period_on, source order by nth rows between current row and unbounded following
    ) end as q
    from placed

)

select
    period_kind, period_on, (period_on + case period_kind when 'week' then 6 else 0 end)::date as period_until_on, source,
    stage, stage_label, touchpoint, touchpoint_label, owner, theme, coalesce(theme_label, 'Any theme') as theme_label,
    item_count, negative_item_count, negative_customer_count,
    round(expected, 2) as expected_item_count, high::bigint as usual_item_count_max, round(dispersion, 2) as dispersion,
    kind as baseline_kind, steps as baseline_period_count,
    round(tested_p, 6) as p_value, round(q, 6) as q_value,
    test_count as tested_series_count, round(test_count * alpha, 3) as expected_false_alarm_count,
    coalesce(q < 0.05 and least(negative_item_count, negative_customer_count) > high
        and negative_customer_count >= $min_cell, false) as is_spike,
    coalesce((
        select list(event_label order by starts_on, event_id) from events
        where starts_on <= period_on + case period_kind when 'week' then 6 else 0 end and ends_on >= period_on
            and (touchpoints = [] or list_contains(touchpoints, touchpoint))
            and (sources = [] or source = 'all' or list_contains(sources, source))
    ), []) as event_labels,
    item_count < $min_base or negative_item_count < $min_cell as is_thin,
    $model as model, $taxonomy as taxonomy, $masking as masking
from corrected
left join (select distinct touchpoint, touchpoint_label, stage, stage_label, owner from _frame) as points using (touchpoint)
left join (select distinct theme, theme_label from _frame) as themes using (theme)
where tested_p is not null or negative_item_count > 0
