-- _score_group_repeats: how often customers answer a question again, for Kish's effective number of a group and its rest.
--
-- Grain     one row per period, question, group in which a customer may have answered again; nil is as good as no row
-- Reads     _scores, _score_questions, _score_group_members, _days, _periods
-- Caveats   Of m answers in the group and m_all in the dimension, over customers: doubled = sum of m^2 - m,
--           linked = sum of m (m_all - 1), again = sum of m - 1.

with

chosen as (

    select period_no, submitted_on, day_count
    from _days
    inner join _periods using (period_no)
    where not is_prior and period_kind in ('month', 'quarter', 'all')

),

repeated as (

    select period_no, question_no, submission_no, respondent
    from (from _scores where apart is not null) as answers
    inner join _score_questions using (source, question_id, score_scale)
    inner join chosen using (submitted_on)
    where apart < day_count

),

by_respondent as (

    select period_no, question_no, dimension_no, group_no, respondent, count(*) as m
    from repeated
    inner join _score_group_members using (submission_no)
    group by period_no, question_no, dimension_no, group_no, respondent

),

counted as (

    select *, sum(m) over (partition by period_no, question_no, dimension_no, respondent) as m_all from by_respondent

)

select
    period_no, question_no, dimension_no, group_no,
    sum(m * m - m) as doubled, sum(m * (m_all - 1)) as linked, sum(m - 1)::bigint as again
from counted
group by period_no, question_no, dimension_no, group_no
