-- _group_tests: difference between a group and the rest, its bounds, and whether chance could make it.
--
-- Grain     one row per period, source (and `all`), group, cell
-- Reads     _group_strata
-- Params    $min_base, $min_cell  as in _group_strata, now for each scope
-- Caveats   Mantel-Haenszel risk difference over sources; bounds after Sato, Greenland and Robins 1989. The
--           Mantel-Haenszel test where Mantel and Fleiss 1980 allow it (of one source: the N-1 chi-squared test), else
--           sources are put into one table in which the group is as large as what is expected of it (on the safe side:
--           that table's variance is no smaller). Where a group is negative about nothing that would be expected of it
--           once, no test could find anything: it is only counted.

with

scoped as (

    select * from _group_strata
    union all by name
    select * replace ('all' as source) from _group_strata

),

pooled as (

    select
        period_no, source, dimension_no, group_no, cell_no, count(*) as source_count,
        sum(n1)::bigint as n1, sum(n0)::bigint as n0, sum(a)::bigint as a, sum(c)::bigint as c,
        sum(e) as e, sum(n) as n, sum(f) as f, sum(o) as o,
        sum(own_excess) as excess, sum(own_variance) as excess_variance, sum(own_weight) as weight,
        excess / weight as difference,
        z_95() * sqrt(at_least(difference * sum(sato_p) + sum(sato_q), 0.0)) / weight as reach,
        sum(own_expected) as expected,
        expected - sum(fewest) >= 5 and sum(most) - expected >= 5 as is_large
    from scoped
    group by period_no, source, dimension_no, group_no, cell_no
    having sum(n1) >= $min_base and sum(n0) >= $min_base and sum(a + c) >= $min_cell

),

placed as (

    select
        *,
        count(*) over (partition by period_no, source, dimension_no) as test_count,
        a > 0 or expected >= 1 as is_listed,
        (n + o) * expected / nullif(e + f, 0) as fair
    from pooled

)

select
    *,
    case
        when not is_listed then null
        when is_large then normal_p_value(excess / sqrt(excess_variance))
        -- never more negative items than a part of the table has room for, rounding aside
        when e <= fair + 1e-9 and f <= n + o - fair + 1e-9 then share_change_p_value(e, fair, f, n + o - fair)
    end as p_value
from placed
