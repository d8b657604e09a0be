-- _audit_cells: how often people agree that what the model put into a cell belongs there.
--
-- Grain     one row per cell with enough audited segments, of its own or of its theme
-- Reads     _audit, _frame
-- Params    $min_cell  fewest audited segments that tell a precision
-- Caveats   Feeling is not asked here; see axis `polarity` of model_quality. Each segment stands for as many as it was
--           drawn out of, and a respondent's segments tell less than as many of several people (Kish 1965).

with

put as (

    select
        unnest(found_themes) as theme, coalesce(found_touchpoints[1], '(unplaced)') as touchpoint, respondent, weight,
        list_contains(themes, theme) as is_theme_right,
        is_theme_right and coalesce(touchpoints[1], '(unplaced)') = touchpoint as is_right,
        touchpoints is not null as is_placed
    from _audit
    where themes is not null

),

by_respondent as (

    select 'touchpoint_and_theme' as scope, touchpoint, theme, respondent,
        count(*) as n, sum(weight) as w, coalesce(sum(weight) filter (is_right), 0) as right_w
    from put where is_placed
    group by all
    union all
    select 'theme', null, theme, respondent,
        count(*), sum(weight), coalesce(sum(weight) filter (is_theme_right), 0)
    from put
    group by theme, respondent

),

told as (

    select
        scope, touchpoint, theme, sum(n)::bigint as n, sum(right_w) / sum(w) as precision,
        sum(w) ^ 2 / sum(w ^ 2) as effective
    from by_respondent
    group by all
    having sum(n) >= $min_cell

)

select
    cell_no, coalesce(own.scope, wide.scope) as audited_scope, coalesce(own.n, wide.n) as audited_row_count,
    coalesce(own.precision, wide.precision) as precision, coalesce(own.effective, wide.effective) as effective
from _frame
left join (from told where scope = 'touchpoint_and_theme') as own using (touchpoint, theme)
left join (from told where scope = 'theme') as wide on wide.theme = _frame.theme
where coalesce(own.n, wide.n) is not null
