-- _top_scores: the best scores a question was given, and how many came with a complaint.
--
-- Grain     one row per score_no with a top score that came with text
-- Reads     _scores, _score_counts, _items, feedback, _days
-- Caveats   Of a submission with several texts at least one is negative and none positive or mixed: who praises in one
--           answer and names a wish in another does not contradict the score.

with

tops as (

    from _scores
    where score >= case score_scale when 'nps_0_10' then 9 when 'rating_1_10' then 9 else scale_high(score_scale) end

),

wrote as (

    select submission_no,
        bool_or(item_polarity = 'negative') and not bool_or(item_polarity in ('positive', 'mixed')) as is_negative
    from _items
    semi join tops using (submission_no)
    inner join feedback using (item_id)
    where _items.is_counted
    group by submission_no

),

by_day as (

    select submitted_on, source, question_id, score_scale, count(*) as told, count(*) filter (is_negative) as negative
    from tops inner join wrote using (submission_no)
    group by all

)

select score_no, sum(told)::bigint as told, sum(negative)::bigint as negative
from by_day
inner join _days using (submitted_on)
inner join _score_counts using (period_no, source, question_id, score_scale)
where not is_prior
group by score_no
