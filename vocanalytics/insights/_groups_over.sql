-- _groups_over: customers, cars and places that complain in a cell clearly more often than their share of items.
--
-- Grain     one row per period, source (and `all`), cell with such a group
-- Reads     _groups_over_members, _cells, _bases
-- Params    $min_base, $min_cell  fewest items of a group, and negative ones in a cell, to be named
-- Caveats   Of items that tell the attribute at all. Expected counts and variances are added up over sources, so that
--           a group does not stand out because its source does (Mantel and Haenszel 1959); half a count for continuity.

with

of_groups as (

    select period_no, source, dimension, value, count(*) as b, sum(b) over (partition by period_no, source, dimension) as n
    from _groups_over_members
    group by period_no, source, dimension, value

),

complaints as (

    select period_no, members.source, cell_no, dimension, value, count(*) as k
    from _groups_over_members as members
    inner join (from _cells where is_negative) as negative using (item_no)
    group by all

),

strata as (

    select period_no, source, cell_no, dimension, value, coalesce(k, 0) as k, b,
        c * b / n as expected, c * b * (n - c) * (n - b) / (n ^ 2 * at_least(n - 1, 1)) as variance
    from (
        select period_no, cell_no, dimension, value from complaints group by all having sum(k) >= $min_cell
    ) as heard
    inner join (
        select period_no, source, cell_no, dimension, sum(k) as c from complaints group by all
    ) as of_cells using (period_no, cell_no, dimension)
    inner join of_groups using (period_no, source, dimension, value)
    left join complaints using (period_no, source, cell_no, dimension, value)

),

tested as (

    select
        period_no, coalesce(strata.source, 'all') as source, cell_no, dimension, value,
        sum(k)::bigint as k, sum(k) / sum(expected) as lift,
        greatest((sum(k) - sum(expected) - 0.5) / sqrt(nullif(sum(variance), 0)), 0) as z
    from strata
    group by grouping sets ((period_no, source, cell_no, dimension, value), (period_no, cell_no, dimension, value))
    having sum(k) >= $min_cell and sum(b) >= $min_base

),

-- a family: every group in every cell, whether it was heard there or not
placed as (

    select tested.*, normal_p_value(z * sqrt(effective_item_count / item_count)) as p_value,
        count(distinct cell_no) over family * count(distinct (dimension, value)) over family as test_count,
        row_number() over (family order by z desc, cell_no, dimension, value) as nth
    from tested inner join _bases using (period_no, source)
    window family as (partition by period_no, source)

)

select period_no, source, cell_no, list(
    {'dimension': dimension, 'value': value, 'negative_item_count': k, 'lift': round(lift, 2)} order by nth
)[:3] as groups
from (
    select *, min(p_value * test_count / nth) over (
        partition by period_no, source order by nth rows between current row and unbounded following
    ) as q_value from placed
)
where q_value < 0.05 and lift >= 1.25
group by all
