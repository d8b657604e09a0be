-- _raked_cells: answers to a score question of a period by the categories their senders are in: all that raking needs.
--
-- Grain     one row per score_no, profile_no
-- Reads     _raked_profiles, _scores, _score_counts, _days

with

by_day as (

    select submitted_on, source, question_id, score_scale, profile_no, any_value(profile) as profile,
        count(*) as n, sum(score) as total, sum(score ^ 2) as squares,
        count(*) filter (score >= 9) as up, count(*) filter (score <= 6) as down, count(*) filter (score >= 4) as top
    from _scores
    inner join _raked_profiles using (submission_no)
    group by all

)

select
    score_no, source, profile_no, any_value(profile) as profile,
    sum(by_day.n) as n, sum(total) as total, sum(squares) as squares, sum(by_day.up) as up, sum(by_day.down) as down,
    sum(by_day.top) as top
from by_day
inner join _days using (submitted_on)
inner join _score_counts using (period_no, source, question_id, score_scale)
where not is_prior
group by score_no, source, profile_no
