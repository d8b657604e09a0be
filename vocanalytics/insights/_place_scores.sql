-- _place_scores: the main score of those asked about a place, and of those whose own words name it.
--
-- Grain     one row per period, source, level, place
-- Reads     _place_answers, _days, _stretches, _stretch_periods

with

by_stretch as (

    select
        stretch_no, source, level, place, is_asked, score_scale, count(*) as n,
        sum(score) as total, sum(score ^ 2) as squares,
        count(*) filter (score >= 9) as up, count(*) filter (score <= 6) as down, count(*) filter (score >= 4) as top
    from _place_answers
    inner join _stretches using (submitted_on)
    group by all

),

-- Kish's effective number: what answers of one customer repeat
repeated as (

    select period_no, source, level, place, is_asked, sum(m * m - m) as doubled from (
        select period_no, source, level, place, is_asked, respondent, count(*) as m
        from _place_answers inner join _days using (submitted_on)
        where not is_prior and apart < day_count
        group by all
    ) group by all

),

told as (

    select
        period_no, source, level, place, is_asked, sum(n)::bigint as n,
        sum(n) ^ 2 / (sum(n) + coalesce(any_value(doubled), 0)) as effective, sum(total) / sum(n) as mean,
        variance_of(sum(n), sum(total), sum(squares)) as variance,
        sum(up) / sum(n) as promoters, sum(down) / sum(n) as detractors, sum(top) / sum(n) as tops,
        score_point(score_scale, promoters, detractors, tops, mean) as score,
        score_low(score_scale, promoters, detractors, tops, mean, variance, effective) as low,
        score_high(score_scale, promoters, detractors, tops, mean, variance, effective) as high
    from by_stretch
    inner join _stretch_periods using (stretch_no)
    left join repeated using (period_no, source, level, place, is_asked)
    where not is_prior
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
