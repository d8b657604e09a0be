-- _score_group_members: which groups a submission belongs to, so that its scores count there.
--
-- Grain     one row per submission, dimension; group_no is 0 where the value is not compared itself, so that it counts
--           with the rest
-- Reads     _group_facts, _groups, _submissions

with

dimensions as (

    select distinct dimension_no, group_kind, dimension from _groups

)

select submission_no, dimension_no, coalesce(group_no, 0) as group_no
from _group_facts
inner join _submissions using (submission_id)
inner join dimensions using (group_kind, dimension)
left join _groups using (dimension_no, group_value)
