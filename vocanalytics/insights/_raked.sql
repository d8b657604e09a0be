-- _raked: with what weight answers stand for the people the survey goes to.
-- The rows selected here go through `raked_weights` of vocanalytics/statistics/raking.py.
--
-- Grain     one row per score_no, profile_no, dimension of the source; the function makes one per score_no, profile_no
--           of it, with a weight that is 1 on average over answers, or null where the population cannot be met
-- Reads     _raked_cells, _raked_margins

with

told as (

    select score_no, source, profile_no, n,
        unnest(profile) as category_no, generate_subscripts(profile, 1) - 1 as dimension_no
    from _raked_cells

)

-- rows are many where a dimension has hundreds of categories, so they are kept narrow
select
    score_no::integer as score_no, profile_no::integer as profile_no, n::double as answer_count,
    dimension_no::utinyint as dimension_no, category_no::integer as category_no, coalesce(share, 0) as share
from told
left join _raked_margins using (source, dimension_no, category_no)
order by score_no, profile_no, dimension_no
