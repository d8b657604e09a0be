-- _cell_scores: how those who are negative about a cell score, against the others who wrote something.
--
-- Grain     one row per period, source, cell with a main score
-- Reads     _cells, _scores, _items, _days
-- Params    $min_cell  fewest submissions on either side of a gap
-- Caveats   An association: people who complain differ from others in more than the complaint. Bounds after Welch.

with

main as (

    from _scores where is_main

),

everyone as (

    select period_no, source, count(*) as n, sum(score) as total, sum(score ^ 2) as squares
    from main
    semi join (from _items where is_counted) as speakers using (submission_no)
    inner join _days using (submitted_on)
    where not is_prior
    group by all

),

hurt as (

    select
        period_no, main.source, cell_no,
        count(*) as n1, sum(score) as total1, sum(score ^ 2) as squares1
    from (select distinct submission_no, cell_no from _cells where is_negative) as negative
    inner join main using (submission_no)
    inner join _days using (submitted_on)
    where not is_prior
    group by all

),

compared as (

    select
        period_no, source, cell_no, n1, n - n1 as n0,
        case when n1 >= $min_cell and n0 >= $min_cell then total1 / n1 - (total - total1) / n0 end as gap,
        variance_of(n1, total1, squares1) / n1 as v1,
        variance_of(n0, total - total1, squares - squares1) / n0 as v0,
        case when v1 + v0 > 0 then (v1 + v0) ^ 2 / (v1 ^ 2 / (n1 - 1) + v0 ^ 2 / (n0 - 1)) end as degrees,
        student_quantile(degrees) * sqrt(v1 + v0) as reach
    from hurt
    inner join everyone using (period_no, source)

)

select
    period_no, source, cell_no, n1 as response_count,
    round(gap, 3) as score_gap,
    round(gap - reach, 3) as score_gap_low,
    round(gap + reach, 3) as score_gap_high
from compared
