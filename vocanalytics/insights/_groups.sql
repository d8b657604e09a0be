-- _groups: the groups that are compared with the rest.
--
-- Grain     one row per group_kind, dimension, group_value; group_no and dimension_no stand for them where rows are many
-- Reads     _group_facts
-- Caveats   Not compared: dimensions of dates, and those whose 200 most frequent values hold less than half of their
--           submissions (numbers, ids); of the others, the 200 most frequent values.

with

sizes as (

    select group_kind, dimension, group_value, count(*) as n
    from _group_facts
    group by all

),

placed as (

    select *, row_number() over (partition by group_kind, dimension order by n desc, group_value) as nth
    from sizes

),

compared as (

    select group_kind, dimension
    from placed
    group by all
    having 2 * sum(n) filter (nth <= 200) >= sum(n)
        and not bool_and(try_cast(group_value as date) is not null)

)

select
    row_number() over (order by group_kind, dimension, group_value)::integer as group_no,
    dense_rank() over (order by group_kind, dimension)::integer as dimension_no,
    group_kind, dimension, group_value
from placed
semi join compared using (group_kind, dimension)
where nth <= 200
