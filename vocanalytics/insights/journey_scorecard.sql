-- journey_scorecard: how customers feel at each stage of the journey, what they score it, and whether that has changed.
--
-- Grain     one row per period, source (and `all`), stage
-- Reads     _scorecard, _main_questions, _moments, _periods, taxonomy
-- Params    $min_base  below it a row is thin
-- For       CX lead (the journey at a glance); analyst
-- Caveats   Net sentiment is of items about the stage, by their words or by what triggered the survey, not of everyone
--           who wrote.

select
    period_kind, period_on, period_until_on, is_complete, source,
    place as stage, stages.stage_label,
    coalesce(item_count, 0) as item_count, round(coalesce(effective_item_count, 0), 2) as effective_item_count,
    coalesce(mention_item_count, 0) as mention_item_count,
    coalesce(positive_item_count, 0) as positive_item_count, coalesce(negative_item_count, 0) as negative_item_count,
    coalesce(mixed_item_count, 0) as mixed_item_count, coalesce(neutral_item_count, 0) as neutral_item_count,
    as_pct(from_text_item_count / nullif(mention_item_count, 0)) as touchpoint_from_text_share_pct,
    round(net, 2) as net_sentiment, round(low, 2) as net_sentiment_low, round(high, 2) as net_sentiment_high,
    prior_on, prior_until_on,
    coalesce(prior_mention_item_count, 0) as prior_mention_item_count, round(prior_net, 2) as prior_net_sentiment,
    round(net - prior_net, 2) as change_points,
    round(difference_low(net, low, prior_net, prior_high), 2) as change_points_low,
    round(difference_high(net, high, prior_net, prior_low), 2) as change_points_high,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value, state,
    main.question_id as score_question_id, main.score_scale as score_scale,
    case when main is not null then metric_of(main.score_scale) end as score_metric,
    case when main is not null then coalesce(asked_response_count, 0) end as asked_response_count,
    asked_score, asked_score_low, asked_score_high,
    case when main is not null then coalesce(mention_response_count, 0) end as mention_response_count,
    mention_score, mention_score_low, mention_score_high,
    (source, place) in (
        select source, stage from _moments inner join taxonomy_touchpoints using (touchpoint)
    ) as is_moment_of_truth,
    coalesce(mention_item_count, 0) < $min_base as is_thin, $model as model, $taxonomy as taxonomy, $masking as masking
from (from _scorecard where level = 'stage') as card
inner join _periods using (period_no)
left join _main_questions using (source)
left join taxonomy_stages as stages on stages.stage = card.place
