-- group_contrasts: which groups are unhappier about what than the rest, and whether chance could make it so.
--
-- Grain     one row per period, source (and `all`), group_kind, dimension, group_value, touchpoint, theme
-- Reads     _group_estimates, _group_bases, _groups, _group_members, _periods, _frame
-- For       analyst; never a league table
-- Caveats   The rest are items of the same source that tell another value of the dimension.

with

customers as (

    select period_no, source, group_no, customer_count from _group_bases
    union all
    -- a customer may speak in several sources
    select period_no, 'all', group_no, count(distinct respondent)
    from _group_members
    semi join _group_bases using (period_no, source, group_no)
    group by period_no, group_no

)

select
    period_kind, period_on, period_until_on, estimates.source, group_kind, dimension, group_value,
    touchpoint, touchpoint_label, owner, theme, theme_label,
    n1 as item_count, customer_count, a as negative_item_count, as_pct(a / n1) as negative_share_pct,
    as_pct(wilson_low(a / n1, n)) as negative_share_pct_low, as_pct(wilson_high(a / n1, n)) as negative_share_pct_high,
    n0 as rest_item_count, c as rest_negative_item_count, as_pct(c / n0) as rest_negative_share_pct,
    source_count, as_pct(difference) as difference_points,
    as_pct(at_least(difference - reach, -1.0)) as difference_points_low,
    as_pct(at_most(difference + reach, 1.0)) as difference_points_high,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value,
    case
        when q_value < 0.05 and difference - reach > 0 then 'more_negative'
        when q_value < 0.05 and difference + reach < 0 then 'less_negative'
        when q_value is not null then 'no_clear_difference'
    end as state,
    k as group_count,
    as_pct(shrunken) as shrunken_difference_points,
    as_pct(at_least(shrunken - shrunken_reach, -1.0)) as shrunken_difference_points_low,
    as_pct(at_most(shrunken + shrunken_reach, 1.0)) as shrunken_difference_points_high,
    $model as model, $taxonomy as taxonomy, $masking as masking
from _group_estimates as estimates
inner join customers using (period_no, source, group_no)
inner join _groups using (group_no)
inner join _periods using (period_no)
inner join _frame using (cell_no)
