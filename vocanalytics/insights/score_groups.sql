-- score_groups: what each group of customers scores, how that differs from the rest, and whether chance could make it so.
--
-- Grain     one row per period, source, question, scale, group_kind, dimension, group_value
-- Reads     _score_group_estimates, _score_questions, _score_counts, _groups, _periods
-- For       analyst and CX lead; to compare groups with each other, shrunken_headline
-- Caveats   The rest are responses to the same question that tell another value of the dimension.

with

compared as (

    select
        *,
        case metric_of(score_scale) when 'mean' then 3 else 2 end as digits,
        case metric_of(score_scale) when 'nps' then -100.0 when 'mean' then scale_low(score_scale) else 0.0 end as least_point,
        case metric_of(score_scale) when 'mean' then scale_high(score_scale) else 100.0 end as most_point,
        difference_low(point1, low1, point0, high0) as below, difference_high(point1, high1, point0, low0) as above
    from _score_group_estimates

)

select
    period_kind, period_on, period_until_on, is_complete, source, question_id, question, score_scale, is_main,
    group_kind, dimension, group_value,
    n1 as response_count, round(e1, 2) as effective_response_count, customer_count, metric_of(score_scale) as score_metric,
    point1 as headline, low1 as headline_low, high1 as headline_high,
    n0 as rest_response_count, point0 as rest_headline,
    round(point1 - point0, digits) as difference, round(below, digits) as difference_low,
    round(above, digits) as difference_high,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value,
    case
        when q_value < 0.05 and below > 0 then 'higher'
        when q_value < 0.05 and above < 0 then 'lower'
        when q_value is not null then 'no_clear_difference'
    end as state,
    k as group_count,
    round(shrunken, digits) as shrunken_headline,
    round(at_least(shrunken - shrunken_reach, least_point), digits) as shrunken_headline_low,
    round(at_most(shrunken + shrunken_reach, most_point), digits) as shrunken_headline_high,
    $model as model, $taxonomy as taxonomy, $masking as masking
from compared
inner join _score_questions using (question_no, source, score_scale)
inner join _score_counts using (period_no, source, question_id, score_scale)
inner join _groups using (group_no, dimension_no)
inner join _periods using (period_no)
