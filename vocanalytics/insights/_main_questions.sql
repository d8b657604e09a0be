-- _main_questions: the one score a source is judged by.
--
-- Grain     one row per source that has one
-- Reads     scores, submissions
-- Caveats   Among questions that at least half of the source's scored submissions answer: NPS before satisfaction,
--           stars, rating and effort, so that a few answers more or less do not change the question.

with

answered as (

    select source, question_id, score_scale, count(*) as response_count
    from scores inner join submissions using (submission_id)
    group by all

),

scored as (

    select source, count(distinct submission_id) as submission_count
    from scores inner join submissions using (submission_id)
    group by all

)

select
    source,
    arg_max({'question_id': question_id, 'score_scale': score_scale}, {
        'rank': -list_position(['nps_0_10', 'csat_1_5', 'stars_1_5', 'rating_1_10', 'ces_1_7'], score_scale),
        'n': response_count, 'question_id': question_id
    }) as main
from answered
inner join scored using (source)
where 2 * response_count >= submission_count
group by source
