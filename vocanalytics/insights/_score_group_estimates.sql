-- _score_group_estimates: differences corrected for testing often, and headlines drawn towards those of all groups.
--
-- Grain     one row per period, question, group
-- Reads     _score_group_tests
-- Caveats   Empirical Bayes (Morris 1983) over the groups of a dimension, as _group_estimates: each group's own error is
--           from the variance of all answers together, so that a lucky run does not look certain. From four groups on.

with

varied as (

    select *, case metric_of(score_scale) when 'mean' then 1 else 100 end as unit,
        case when spread > 1e-9 then unit ^ 2 * spread / e1 end as v  -- nil where all answers agree
    from _score_group_tests

),

-- how far the groups of a dimension lie apart
apart as (

    select
        period_no, question_no, dimension_no, count(*) as k,
        sum(1 / v) as w1, sum(1 / v ^ 2) as w2, sum(point1 / v) as wd, sum(point1 ^ 2 / v) as wdd,
        at_least((wdd - wd ^ 2 / w1 - (k - 1)) / nullif(w1 - w2 / w1, 0), 0.0) as tau2
    from varied
    group by period_no, question_no, dimension_no

),

centred as (

    select
        period_no, question_no, dimension_no, k, tau2, sum(point1 / (v + tau2)) / sum(1 / (v + tau2)) as centre
    from varied
    inner join apart using (period_no, question_no, dimension_no)
    group by period_no, question_no, dimension_no, k, tau2

),

ordered as (

    select
        varied.*, k, centre,
        case when k > 3 then (k - 3) / (k - 1) * v / (v + tau2) end as pull,
        count(p_value) over (partition by period_no, source, dimension_no) as test_count,
        row_number() over (
            partition by period_no, source, dimension_no order by p_value nulls last, question_no, group_no
        ) as nth
    from varied
    inner join centred using (period_no, question_no, dimension_no)

)

select
    *,
    -- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
    min(least(1.0, p_value * (test_count / nth))) over (
        partition by period_no, source, dimension_no order by nth rows between current row and unbounded following
    ) as corrected,
    case when p_value is not null then corrected end as q_value,
    point1 - pull * (point1 - centre) as shrunken,
    z_95() * sqrt(v * (1 - (k - 1) / k * pull) + 2 / (k - 3) * pull ^ 2 * (point1 - centre) ^ 2) as shrunken_reach
from ordered
