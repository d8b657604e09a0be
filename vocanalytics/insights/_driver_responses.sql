-- _driver_responses: scores that came with text, and the circumstances the drivers are freed of.
--
-- Grain     one row per submission, question, scale, of the last 24 months of each source
-- Reads     _scores, _items, feedback_items

with

wrote as (

    select
        submission_no,
        sum(items.word_count)::bigint as word_count,
        arg_max(coalesce(items.language, '?'), {'words': items.word_count, 'item': items.item_id}) as language
    from _items
    inner join feedback_items as items using (item_id)
    where _items.is_counted
    group by submission_no

),

dated as (

    select *, max(submitted_on) over (partition by source) as last_on
    from _scores
    inner join wrote using (submission_no)

)

select
    dense_rank() over (order by source, question_id, score_scale)::integer as model_no,
    row_number() over (order by source, question_id, score_scale, submitted_on, submission_no)::integer as response_no,
    dense_rank() over (order by language)::integer as language_no,
    submission_no, source, question_id, question, score_scale, score, respondent, submitted_on,
    date_diff('month', date '1900-01-01', submitted_on)::integer as month_no,
    ln(1 + word_count) as verbatim_length
from dated
where submitted_on > last_on - interval 24 months
