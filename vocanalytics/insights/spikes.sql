-- spikes: weeks and days in which more was said or complained about than the ones before lead one to expect.
--
-- Grain     one row per period_kind (week, day), period_on, source (and `all`), touchpoint, theme, measure
-- Reads     _spike_judged, _frame, events
-- Params    $min_base, $min_cell  below these it is thin
-- For       whoever must know on Monday what happened
-- Caveats   A spike is an unusual count, not its cause. Events stand beside it and never suppress it.

with

kinds as (

    -- two weeks are told where they go on, not as the echo of a first week that was told already
    select *, case
        when is_sudden then 'sudden'
        when is_high_for_two and not coalesce(lag(is_sudden) over (
            partition by series_no order by period_on), false) then 'building'
    end as spike_kind
    from _spike_judged

)

select
    period_kind, period_on, until_on as period_until_on, source,
    if(touchpoint = '(any)', '(any)', stage) as stage, if(touchpoint = '(any)', 'Any stage', stage_label) as stage_label,
    touchpoint, if(touchpoint = '(any)', 'Any touchpoint', touchpoint_label) as touchpoint_label, owner,
    theme, if(theme = '(any)', 'Any theme', theme_label) as theme_label, measure,
    base as item_count, negatives as negative_item_count, unhappy as negative_customer_count,
    items as counted_item_count, customers as counted_customer_count,
    round(expected, 2) as expected_item_count, high::bigint as usual_item_count_max, two_items as two_week_item_count,
    round(two_expected, 2) as two_week_expected_item_count, two_high::bigint as two_week_usual_item_count_max,
    round(dispersion, 2) as dispersion, kind as baseline_kind, steps as baseline_period_count,
    round(tested_p, 6) as p_value, round(q, 6) as q_value,
    test_count as tested_series_count, round(coalesce(false_alarms, 0), 3) as expected_false_alarm_count,
    spike_kind is not null as is_spike, spike_kind,
    coalesce((
        select list(event_label order by starts_on, event_id) from events
        where starts_on <= until_on and ends_on >= period_on
            and (touchpoints = [] or touchpoint = '(any)' or list_contains(touchpoints, touchpoint))
            and (sources = [] or source = 'all' or list_contains(sources, source))
    ), []) as event_labels,
    base < $min_base or if(spike_kind = 'building', two_items, items) < $min_cell as is_thin,
    $model as model, $taxonomy as taxonomy, $masking as masking
from kinds
left join (select distinct touchpoint, touchpoint_label, stage, stage_label, owner from _frame) as points using (touchpoint)
left join (select distinct theme, theme_label from _frame) as themes using (theme)
where tested_p is not null or items > 0
