-- _group_bases: how many items a group has, and how many the rest it is compared with.
--
-- Grain     one row per period, source, group; the rest are items of the same source that tell another value
-- Reads     _group_members
-- Caveats   Effective numbers are Kish's, as in _bases.

with

by_respondent as (

    select period_no, source, dimension_no, group_no, respondent, count(*) as m
    from _group_members
    group by all

),

by_person as (

    select period_no, source, dimension_no, respondent, sum(m) as m_all
    from by_respondent
    group by all

),

everyone as (

    select period_no, source, dimension_no, sum(m_all)::bigint as n, sum(m_all ^ 2) as doubled
    from by_person
    group by all

),

grouped as (

    select
        period_no, source, dimension_no, group_no, sum(m)::bigint as n1, count(*) as customer_count,
        sum(m) ^ 2 / sum(m * m) as effective1,
        sum((m_all - m) ^ 2 - m_all ^ 2) as doubled_less
    from by_respondent
    inner join by_person using (period_no, source, dimension_no, respondent)
    where group_no is not null
    group by period_no, source, dimension_no, group_no

)

select
    period_no, source, dimension_no, group_no, n1, n - n1 as n0, customer_count,
    effective1, n0 ^ 2 / (doubled + doubled_less) as effective0
from grouped
inner join everyone using (period_no, source, dimension_no)
where n > n1
