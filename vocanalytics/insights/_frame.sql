-- _frame: every place a pain point can be, with its names.
--
-- Grain     one row per touchpoint (and `(unplaced)`), theme; cell_no stands for both where rows are many
-- Reads     taxonomy_touchpoints, taxonomy_stages, taxonomy_themes

with

points as (

    select touchpoint, touchpoint_label, stage, stage_label, owner
    from taxonomy_touchpoints
    inner join taxonomy_stages using (stage)
    union all
    select '(unplaced)', 'Not placed', '(unplaced)', 'Not placed', null

)

select row_number() over (order by touchpoint, theme)::integer as cell_no, points.*, theme, theme_label
from points, taxonomy_themes
