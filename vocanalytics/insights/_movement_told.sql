-- _movement_told: which publication first told what each period is compared with.
--
-- Grain     one row per period compared with something; told_no is null where this publication is the first to tell it
-- Reads     publications (of the working store), _periods

with

numbered as (

    select row_number() over (order by published_at, publication) as told_no, as_of, model, taxonomy
    from publications

)

select
    period_no, min(told_no) as told_no, arg_min(as_of, told_no) as told_as_of,
    coalesce(arg_min(model, told_no), $model) as told_model,
    coalesce(arg_min(taxonomy, told_no), $taxonomy) as told_taxonomy
from _periods
left join numbered on numbered.as_of >= prior_until_on
where prior_on is not null
group by period_no
