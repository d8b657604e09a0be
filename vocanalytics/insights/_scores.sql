-- _scores: every score that counts, with its submission's day and respondent.
--
-- Grain     one row per submission, question, scale
-- Reads     scores, submissions, _items, _main_questions
-- Caveats   A submission whose every text is spam or a copy does not count; one without text does.

with

refused as (

    select submission_id
    from _items inner join feedback_items as items using (item_id, submission_id)
    where items.content = 'text'
    group by submission_id
    having not bool_or(_items.is_counted)

)

select
    scores.submission_id, submissions.source, submissions.submitted_on, submissions.context_touchpoint,
    hash(coalesce(submissions.customer_id, scores.submission_id)) as respondent,
    scores.question_id, scores.question, scores.score_scale, scores.score,
    coalesce(main.question_id = scores.question_id and main.score_scale = scores.score_scale, false) as is_main
from scores
inner join submissions using (submission_id)
anti join refused using (submission_id)
left join _main_questions using (source)
where submissions.submitted_on <= $as_of
