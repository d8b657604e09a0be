-- pain_points: where on the journey customers are unhappy, about what, and whether that has changed.
--
-- Grain     one row per period, source (and `all`), touchpoint, theme
-- Reads     _pain_tests, _cell_scores, _unsure, _quotes, _main_questions, _periods, _frame
-- Params    $min_base, $min_cell  below them a row is thin
-- For       CX lead (ranked list); analyst, down to the quotes
-- Caveats   Shares are of everyone who wrote, so themes overlap and do not add up to 100.

with

weighed as (

    select
        tests.*, main, scores.* exclude (period_no, source, cell_no),
        case when main is null then 1.0 else
            at_least(-score_gap, 0.0) / (scale_high(main.score_scale) - scale_low(main.score_scale))
        end as own_severity,
        -- a cell too small for a gap of its own borrows the average of its source and period
        coalesce(own_severity, avg(own_severity) over (partition by period_no, source), 1.0) as severity,
        round(100 * share * severity, 4) as priority
    from _pain_tests as tests
    left join _main_questions using (source)
    left join _cell_scores as scores using (period_no, source, cell_no)

),

-- before names and quotes are joined, while rows are still short
ranked as (

    select *, case when negative_item_count >= $min_cell then row_number() over (
        partition by period_no, source
        order by negative_item_count >= $min_cell desc, priority desc, negative_item_count desc, cell_no
    ) end as priority_rank
    from weighed

)

select
    period_kind, period_on, period_until_on, is_complete, source,
    stage, stage_label, touchpoint, touchpoint_label, owner, theme, theme_label,
    item_count, round(effective_item_count, 2) as effective_item_count, customer_count,
    mention_item_count, negative_item_count, mixed_item_count,
    coalesce(respondent_count, 0) as negative_customer_count,
    as_pct(share) as negative_share_pct, as_pct(low) as negative_share_pct_low, as_pct(high) as negative_share_pct_high,
    prior_on, prior_until_on, prior_item_count, prior_negative_item_count, as_pct(prior_share) as prior_negative_share_pct,
    as_pct(share - prior_share) as change_points,
    as_pct(difference_low(share, low, prior_share, wilson_high(prior_share, prior_effective_item_count))) as change_points_low,
    as_pct(difference_high(share, high, prior_share, wilson_low(prior_share, prior_effective_item_count))) as change_points_high,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value,
    case
        when not is_comparable then null
        when negative_item_count = 0 and prior_negative_item_count >= $min_cell then 'not_heard'
        when q_value < 0.05 and share > prior_share and prior_negative_item_count = 0 then 'new'
        when q_value < 0.05 and share > prior_share then 'growing'
        when q_value < 0.05 then 'easing'
        else 'no_clear_change'
    end as state,
    main.question_id as score_question_id, main.score_scale as score_scale, score_gap, score_gap_low, score_gap_high,
    case when main is not null then coalesce(response_count, 0) end as score_gap_response_count,
    coalesce(abstained, 0) as abstained_item_count, coalesce(unplaced, 0) as unplaced_item_count,
    as_pct(from_text_item_count / nullif(mention_item_count, 0)) as touchpoint_from_text_share_pct,
    priority, priority_rank,
    coalesce(quotes, []) as quotes,
    item_count < $min_base or negative_item_count < $min_cell as is_thin,
    $model as model, $taxonomy as taxonomy, $masking as masking
from ranked
inner join _periods using (period_no)
inner join _frame using (cell_no)
left join _quotes using (period_no, source, cell_no)
left join (
    select period_no, source, label as touchpoint, item_count as abstained from _unsure where axis = 'touchpoint'
) using (period_no, source, touchpoint)
left join (
    select period_no, source, label as theme, item_count as unplaced from _unsure where axis = 'theme'
) using (period_no, source, theme)
