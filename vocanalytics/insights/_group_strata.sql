-- _group_strata: what each source adds to the comparison of a group with the rest, cell by cell.
--
-- Grain     one row per period, source, group, cell
-- Reads     _group_members, _group_bases, _cells
-- Params    $min_base  fewest items of a group and of the rest; $min_cell  fewest negative items of both together
-- Caveats   Counts are scaled to effective numbers; e, f are the group's and the rest's negative items, of n and o.

with

counted as (

    select period_no, _cells.source, dimension_no, group_no, cell_no, count(*) as negative_count
    from _cells
    inner join _group_members using (item_no)
    where is_negative
    group by all

),

by_source as (

    select period_no, source, dimension_no, cell_no, sum(negative_count)::bigint as cell_count
    from counted
    group by all

),

cells as (

    select period_no, dimension_no, cell_no
    from by_source
    group by all
    having sum(cell_count) >= $min_cell

),

-- large enough at least with all sources together
groups as (

    select *
    from _group_bases
    qualify sum(n1) over (partition by period_no, group_no) >= $min_base
        and sum(n0) over (partition by period_no, group_no) >= $min_base

),

scaled as (

    select
        period_no, source, dimension_no, group_no, cell_no, n1, n0,
        coalesce(negative_count, 0) as a, coalesce(cell_count, 0) - a as c,
        a / n1 * effective1 as e, effective1 as n, c / n0 * effective0 as f, effective0 as o
    from groups
    inner join cells using (period_no, dimension_no)
    left join by_source using (period_no, source, dimension_no, cell_no)
    left join counted using (period_no, source, dimension_no, group_no, cell_no)

)

select
    *,
    n * o / (n + o) as own_weight,
    (e * o - f * n) / (n + o) as own_excess,
    (n ^ 2 * f - o ^ 2 * e + n * o * (o - n) / 2) / (n + o) ^ 2 as sato_p,
    (e * (o - f) + f * (n - e)) / (2 * (n + o)) as sato_q,
    n * (e + f) / (n + o) as own_expected,
    n * o * (e + f) * (n + o - e - f) / ((n + o) ^ 2 * (n + o - 1)) as own_variance,
    at_least(e + f - o, 0.0) as fewest,
    at_most(e + f, n) as most
from scaled
