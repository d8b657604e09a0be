-- _score_group_counts: the answers of each group to each score question, added up.
--
-- Grain     one row per period, question, group
-- Reads     _scores, _score_questions, _score_group_members, _days, _periods
-- Caveats   Periods: months, quarters, and all. What is many is added up over calendar months first; told_on is a day of
--           the month with answers, and counts in the same periods as its others.

with

by_month as (

    select
        question_no, dimension_no, group_no, max(submitted_on) as told_on, count(*) as n,
        sum(score) as total, sum(score ^ 2) as squares,
        count(*) filter (score >= 9) as up, count(*) filter (score <= 6) as down, count(*) filter (score >= 4) as top
    from _scores
    inner join _score_questions using (source, question_id, score_scale)
    inner join _score_group_members using (submission_no)
    group by question_no, dimension_no, group_no, date_trunc('month', submitted_on)

)

select
    period_no, question_no, dimension_no, group_no, sum(n)::bigint as n, sum(total) as total, sum(squares) as squares,
    sum(up)::bigint as up, sum(down)::bigint as down, sum(top)::bigint as top
from by_month
inner join _days on _days.submitted_on = told_on
inner join _periods using (period_no)
where not is_prior and period_kind in ('month', 'quarter', 'all')
group by period_no, question_no, dimension_no, group_no
