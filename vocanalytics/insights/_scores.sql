-- _scores: every score that counts, with its submission's day and respondent.
--
-- Grain     one row per submission, question, scale
-- Reads     scores, _submissions, _items, _main_questions
-- Caveats   A submission whose every text is spam or a copy does not count; one without text does. apart: days to
--           the respondent's nearest other answer to the question, as in _items.

with

refused as (

    select submission_no
    from _items
    where is_text
    group by submission_no
    having not bool_or(is_counted)

)

select
    submission_no, source, submitted_on, context_touchpoint, respondent,
    least(submitted_on - lag(submitted_on) over said, lead(submitted_on) over said - submitted_on) as apart,
    scores.question_id, scores.question, scores.score_scale, scores.score,
    coalesce(main.question_id = scores.question_id and main.score_scale = scores.score_scale, false) as is_main
from scores
inner join _submissions using (submission_id)
anti join refused using (submission_no)
left join _main_questions using (source)
where submitted_on <= $as_of
window said as (partition by respondent, source, scores.question_id, scores.score_scale order by submitted_on)
