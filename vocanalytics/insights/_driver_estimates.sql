-- _driver_estimates: the share of each driver in what all drivers of a question explain of its score.
--
-- Grain     one row per response and driver it mentions (driver_no -1 where it mentions none); the function of the
--           same name in vocanalytics/statistics makes one row per driver of it
-- Reads     _driver_responses, _driver_mentions, _driver_gaps
-- Caveats   Above 50,000 responses a question, a sample of its customers.

with

sampled as (

    select *
    from _driver_responses
    inner join (select model_no, count(*) as n from _driver_responses group by all) as sizes using (model_no)
    where hash(respondent) % 1000000 < 1e6 * 50000 / n

),

named as (

    select response_no, sampled.model_no, level, driver_no
    from sampled
    inner join _driver_mentions using (submission_no)
    inner join _driver_gaps using (model_no, level, place, polarity)
    where is_modelled

)

select
    sampled.model_no, (levels.level = 'theme')::integer as level_no, sampled.response_no,
    coalesce(named.driver_no, -1) as driver_no, respondent, score, month_no, language_no, verbatim_length
from sampled
inner join (select distinct model_no, level from _driver_gaps where is_modelled) as levels using (model_no)
left join named using (response_no, model_no, level)
order by sampled.model_no, level_no, sampled.response_no, driver_no
