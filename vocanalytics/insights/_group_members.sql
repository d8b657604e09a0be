-- _group_members: which group a counted item belongs to, in the periods that groups are compared for.
--
-- Grain     one row per period, item, dimension; group_no is null where the value is not compared itself, so that it
--           counts with the rest
-- Reads     _group_facts, _groups, _items, _days, _periods
-- Caveats   Periods: the last four complete weeks, and all.

with

chosen as (

    select period_no, submitted_on
    from _days
    inner join _periods using (period_no)
    where not is_prior and (period_kind = 'all' or period_kind = 'four_weeks' and period_on = (
        select max(period_on) from _periods where period_kind = 'four_weeks'
    ))

),

dimensions as (

    select distinct dimension_no, group_kind, dimension from _groups

)

select period_no, item_no, _items.source, respondent, dimension_no, group_no
from _group_facts
inner join _items using (submission_id)
inner join dimensions using (group_kind, dimension)
left join _groups using (dimension_no, group_value)
inner join chosen using (submitted_on)
where is_counted
