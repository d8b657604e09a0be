-- _group_estimates: differences corrected for testing often, and drawn towards what groups differ by on the whole.
--
-- Grain     one row per period, source (and `all`), group, cell with anything to see
-- Reads     _group_tests
-- Caveats   Empirical Bayes (Morris 1983) over the groups of a dimension: between-group variance after DerSimonian and
--           Laird 1986, each group's own error from the pooled share, so that a lucky nought does not look certain.
--           From four groups on.

with

ordered as (

    select
        *,
        row_number() over (family order by p_value nulls last, cell_no, group_no) as nth,
        case when excess_variance > 1e-9 then excess_variance / weight ^ 2 end as v,  -- nil where all are negative
        count(*) over peers as k,
        sum(1 / v) over peers as w1,
        sum(1 / v ^ 2) over peers as w2,
        sum(difference / v) over peers as wd,
        sum(difference ^ 2 / v) over peers as wdd
    from _group_tests
    window
        family as (partition by period_no, source, dimension_no),
        peers as (partition by period_no, source, dimension_no, cell_no)

),

spread as (

    select
        *,
        at_least((wdd - wd ^ 2 / w1 - (k - 1)) / nullif(w1 - w2 / w1, 0), 0.0) as tau2,
        -- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
        min(least(1.0, p_value * (test_count / nth))) over (
            partition by period_no, source, dimension_no order by nth rows between current row and unbounded following
        ) as corrected
    from ordered

),

centred as (

    select
        *,
        sum(difference / (v + tau2)) over peers / sum(1 / (v + tau2)) over peers as centre,
        case when k > 3 then (k - 3) / (k - 1) * v / (v + tau2) end as pull
    from spread
    window peers as (partition by period_no, source, dimension_no, cell_no)

)

select
    *,
    case when p_value is not null then corrected end as q_value,
    difference - pull * (difference - centre) as shrunken,
    z_95() * sqrt(v * (1 - (k - 1) / k * pull) + 2 / (k - 3) * pull ^ 2 * (difference - centre) ^ 2) as shrunken_reach
from centred
where is_listed
