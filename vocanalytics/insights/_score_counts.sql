-- _score_counts: the answers to each score question of each period, counted, and what they are worth.
--
-- Grain     one row per period, source, question, scale; score_no stands for the four
-- Reads     _scores, _days

with

by_day as (

    select submitted_on, source, question_id, score_scale, is_main, max(question) as question,
        count(*) as n, sum(score) as total, sum(score ^ 2) as squares,
        count(*) filter (score >= 9) as up, count(*) filter (score <= 6) as down, count(*) filter (score >= 4) as top
    from _scores
    group by all

),

-- Kish's effective number: what answers of one customer repeat
repeated as (

    select period_no, source, question_id, score_scale, sum(m * m - m) as doubled from (
        select period_no, source, question_id, score_scale, respondent, count(*) as m
        from _scores inner join _days using (submitted_on)
        where not is_prior and apart < day_count
        group by all
    ) group by all

)

select
    row_number() over (order by period_no, source, question_id, score_scale) as score_no,
    period_no, source, question_id, score_scale, is_main, max(question) as question, sum(n)::bigint as n,
    sum(n) ^ 2 / (sum(n) + coalesce(any_value(doubled), 0)) as effective, sum(total) / sum(n) as mean,
    variance_of(sum(n), sum(total), sum(squares)) as variance,
    sum(up)::bigint as up, sum(down)::bigint as down, sum(top) / sum(n) as top
from by_day
inner join _days using (submitted_on)
left join repeated using (period_no, source, question_id, score_scale)
where not is_prior
group by period_no, source, question_id, score_scale, is_main
