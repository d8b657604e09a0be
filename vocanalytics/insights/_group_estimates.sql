-- _group_estimates: differences corrected for testing often, and drawn towards what groups differ by on the whole.
--
-- Grain     one row per period, source (and `all`), group, cell with anything to see
-- Reads     _group_tests
-- Caveats   Empirical Bayes (Morris 1983) over the groups of a dimension: between-group variance after DerSimonian and
--           Laird 1986, each group's own error from the pooled share, so that a lucky nought does not look certain.
--           From four groups on.

with

varied as (

    select *, case when excess_variance > 1e-9 then excess_variance / weight ^ 2 end as v  -- nil where all are negative
    from _group_tests

),

-- how far the groups of a dimension lie apart in a cell
spread as (

    select
        period_no, source, dimension_no, cell_no, count(*) as k,
        sum(1 / v) as w1, sum(1 / v ^ 2) as w2, sum(difference / v) as wd, sum(difference ^ 2 / v) as wdd,
        at_least((wdd - wd ^ 2 / w1 - (k - 1)) / nullif(w1 - w2 / w1, 0), 0.0) as tau2
    from varied
    group by all

),

centred as (

    select
        period_no, source, dimension_no, cell_no, k, tau2,
        sum(difference / (v + tau2)) / sum(1 / (v + tau2)) as centre
    from varied
    inner join spread using (period_no, source, dimension_no, cell_no)
    group by period_no, source, dimension_no, cell_no, k, tau2

),

-- what is not listed has no p-value
ordered as (

    select
        varied.*, k, centre,
        case when k > 3 then (k - 3) / (k - 1) * v / (v + tau2) end as pull,
        row_number() over (
            partition by period_no, source, dimension_no order by p_value nulls last, cell_no, group_no
        ) as nth
    from varied
    inner join centred using (period_no, source, dimension_no, cell_no)
    where is_listed

)

select
    *,
    -- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
    min(least(1.0, p_value * (test_count / nth))) over (
        partition by period_no, source, dimension_no order by nth rows between current row and unbounded following
    ) as corrected,
    case when p_value is not null then corrected end as q_value,
    difference - pull * (difference - centre) as shrunken,
    z_95() * sqrt(v * (1 - (k - 1) / k * pull) + 2 / (k - 3) * pull ^ 2 * (difference - centre) ^ 2) as shrunken_reach
from ordered
