-- _driver_gaps: how submissions that mention a place with one polarity score, against the others with text.
--
-- Grain     one row per question (model_no), level, place, polarity
-- Reads     _driver_responses, _driver_mentions
-- Params    $min_cell  fewest submissions on either side of a gap
-- Caveats   Bounds after Welch, on effective numbers (Kish) where a customer answers repeatedly.

with

by_respondent as (

    select model_no, respondent, count(*) as m, sum(score) as total, sum(score ^ 2) as squares
    from _driver_responses
    group by all

),

everyone as (

    select model_no, sum(m)::bigint as n, count(*) as customer_count, sum(total) as total, sum(squares) as squares,
        sum(m * m) as doubled
    from by_respondent
    group by model_no

),

mentioning as (

    select model_no, level, place, polarity, respondent, count(*) as m1, sum(score) as total1, sum(score ^ 2) as squares1
    from _driver_responses
    inner join _driver_mentions using (submission_no)
    group by all

),

mentioned as (

    select
        model_no, level, place, polarity, sum(m1)::bigint as n1, count(*) as customer_count1,
        sum(total1) as total1, sum(squares1) as squares1,
        n1 ^ 2 / sum(m1 * m1) as effective1,
        sum((m - m1) ^ 2 - m * m) as doubled_less,
        count(*) filter (m1 = m) as customers_gone
    from mentioning
    inner join by_respondent using (model_no, respondent)
    group by model_no, level, place, polarity

)

select
    row_number() over (order by model_no, level, place, polarity)::integer as driver_no,
    model_no, level, place, polarity, n, n1, n - n1 as n0, customer_count1,
    customer_count - customers_gone as customer_count0,
    n1 >= $min_cell and n0 >= $min_cell as has_both,
    -- ten customers for each driver a model has to tell apart; the most mentioned go first, whatever their scores
    has_both and 10 * row_number() over (
        partition by model_no, level order by has_both desc, n1 desc, place, polarity
    ) <= customer_count as is_modelled,
    case when has_both then total1 / n1 - (total - total1) / n0 end as gap,
    n0 ^ 2 / nullif(doubled + doubled_less, 0) as effective0,
    variance_of(n1, total1, squares1) / effective1 as v1,
    variance_of(n0, total - total1, squares - squares1) / effective0 as v0,
    case when v1 + v0 > 0 and effective1 > 1 and effective0 > 1 then
        (v1 + v0) ^ 2 / (v1 ^ 2 / (effective1 - 1) + v0 ^ 2 / (effective0 - 1))
    end as degrees,
    student_quantile(degrees) * sqrt(v1 + v0) as reach
from mentioned
inner join everyone using (model_no)
