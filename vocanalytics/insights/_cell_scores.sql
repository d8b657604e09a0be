-- _cell_scores: how those who are negative about a cell score, against the others who wrote something.
--
-- Grain     one row per period, source, cell with a main score
-- Reads     _cells, _scores, _items, _days
-- Params    $min_cell  fewest submissions on either side of a gap
-- Caveats   An association: people who complain differ from others in more than the complaint. Bounds after Welch, on
--           effective numbers (Kish) where a customer answers repeatedly; none where a side's answers are all the same.

with

main as (

    select submission_no, source, submitted_on, respondent, apart, score
    from _scores
    semi join (from _items where is_counted) as speakers using (submission_no)
    where is_main

),

everyone as (

    select period_no, source, sum(n) as n, sum(total) as total, sum(squares) as squares
    from (select submitted_on, source, count(*) as n, sum(score) as total, sum(score ^ 2) as squares from main group by all)
    inner join _days using (submitted_on)
    where not is_prior
    group by all

),

hurt as (

    select cell_no, main.*
    from main
    inner join (select distinct submission_no, cell_no from _cells where is_negative) using (submission_no)

),

-- who answers once in a period repeats nothing there, and need not be told apart
repeating as (

    select period_no, source, respondent, count(*) as m
    from main inner join _days using (submitted_on) where not is_prior and apart < day_count
    group by all

),

hurt_again as (

    select period_no, source, cell_no, sum(m1 * m1 - m1) as doubled1, sum(m1 * m1 + m1 - 2 * m * m1) as doubled_less
    from (
        select period_no, source, cell_no, respondent, count(*) as m1
        from hurt inner join _days using (submitted_on) where not is_prior and apart < day_count
        group by all
    ) inner join repeating using (period_no, source, respondent)
    group by all

)

select
    period_no, source, cell_no, n1 as response_count, n - n1 as n0,
    n1 ^ 2 / (n1 + coalesce(doubled1, 0)) as effective1,
    n0 ^ 2 / (n0 + coalesce(doubled, 0) + coalesce(doubled_less, 0)) as effective0,
    variance_of(n1, total1, squares1) as variance1, variance_of(n0, total - total1, squares - squares1) as variance0,
    variance1 / effective1 as v1, variance0 / effective0 as v0,
    -- sums of fractions leave a rest, far under the least variance answers can have
    case when least(variance1, variance0) > 1e-9 and effective1 > 1 and effective0 > 1 then
        (v1 + v0) ^ 2 / (v1 ^ 2 / (effective1 - 1) + v0 ^ 2 / (effective0 - 1)) end as degrees,
    student_quantile(degrees) * sqrt(v1 + v0) as reach,
    case when n1 >= $min_cell and n0 >= $min_cell then total1 / n1 - (total - total1) / n0 end as gap,
    round(gap, 3) as score_gap, round(gap - reach, 3) as score_gap_low, round(gap + reach, 3) as score_gap_high
from (
    select period_no, source, cell_no, count(*) as n1, sum(score) as total1, sum(score ^ 2) as squares1
    from hurt inner join _days using (submitted_on) where not is_prior
    group by all
)
inner join everyone using (period_no, source)
left join (select period_no, source, sum(m * m - m) as doubled from repeating group by all) using (period_no, source)
left join hurt_again using (period_no, source, cell_no)
