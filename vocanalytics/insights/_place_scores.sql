-- _place_scores: the main score of those asked about a place, and of those who mention it.
--
-- Grain     one row per period, source, level, place
-- Reads     _scores, _places, _days, taxonomy_touchpoints
-- Caveats   Two groups of people, never averaged: asked (the survey's trigger) and mention (their own words).

with

asked as (

    select _scores.*, place.level, place.place
    from _scores
    inner join taxonomy_touchpoints as points on points.touchpoint = _scores.context_touchpoint,
        unnest([{'level': 'touchpoint', 'place': points.touchpoint}, {'level': 'stage', 'place': points.stage}]) as u (place)
    where is_main

),

mentioned as (

    select _scores.*, level, place
    from (select distinct submission_id, level, place from _places) as said
    inner join _scores using (submission_id)
    where is_main

),

by_respondent as (

    select
        period_no, source, level, place, is_asked, score_scale, respondent, count(*) as n,
        sum(score) as total, sum(score ^ 2) as squares,
        count(*) filter (score >= 9) as up, count(*) filter (score <= 6) as down, count(*) filter (score >= 4) as top
    from (select *, true as is_asked from asked union all select *, false from mentioned) as scored
    inner join _days using (submitted_on)
    where not is_prior
    group by all

),

told as (

    select
        period_no, source, level, place, is_asked, sum(n)::bigint as n,
        sum(n) ^ 2 / sum(n * n) as effective, sum(total) / sum(n) as mean,
        variance_of(sum(n), sum(total), sum(squares)) as variance,
        sum(up) / sum(n) as promoters, sum(down) / sum(n) as detractors, sum(top) / sum(n) as tops,
        score_point(score_scale, promoters, detractors, tops, mean) as score,
        score_low(score_scale, promoters, detractors, tops, mean, variance, effective) as low,
        score_high(score_scale, promoters, detractors, tops, mean, variance, effective) as high
    from by_respondent
    group by period_no, source, level, place, is_asked, score_scale

)

select
    period_no, source, level, place,
    max(n) filter (is_asked) as asked_response_count, max(score) filter (is_asked) as asked_score,
    max(low) filter (is_asked) as asked_score_low, max(high) filter (is_asked) as asked_score_high,
    max(n) filter (not is_asked) as mention_response_count, max(score) filter (not is_asked) as mention_score,
    max(low) filter (not is_asked) as mention_score_low, max(high) filter (not is_asked) as mention_score_high
from told
group by all
