-- pain_points: where on the journey customers are unhappy, about what, and whether that has changed.
--
-- Grain     one row per period, source (and `all`), touchpoint, theme
-- Reads     _ranks_weighed, _ranks, _pain_states, _unsure, _quotes, _audit_cells, _groups_over, _exposure_rates,
--           _periods, _frame
-- Params    $min_base, $min_cell  below them a row is thin
-- For       CX lead (ranked list); analyst, down to the quotes
-- Caveats   Shares are of everyone who wrote, so themes overlap and do not add up to 100.

select
    period_kind, period_on, period_until_on, is_complete, source,
    stage, stage_label, touchpoint, touchpoint_label, owner, theme, theme_label,
    item_count, round(effective_item_count, 2) as effective_item_count, customer_count,
    mention_item_count, negative_item_count, mixed_item_count,
    coalesce(respondent_count, 0) as negative_customer_count,
    as_pct(share) as negative_share_pct,
    as_pct(weighed.low) as negative_share_pct_low, as_pct(weighed.high) as negative_share_pct_high,
    exposure_count, unit as exposure_unit, round(rates.rate, 3) as rate_per_1000,
    round(rates.low, 3) as rate_per_1000_low, round(rates.high, 3) as rate_per_1000_high,
    prior_on, prior_until_on, prior_item_count, prior_negative_item_count, as_pct(prior_share) as prior_negative_share_pct,
    as_pct(share - prior_share) as change_points,
    as_pct(difference_low(share, wilson_low(share, compared), prior_share, wilson_high(prior_share, prior_compared)))
        as change_points_low,
    as_pct(difference_high(share, wilson_high(share, compared), prior_share, wilson_low(prior_share, prior_compared)))
        as change_points_high,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value,
    state, state_seen,
    main.question_id as score_question_id, main.score_scale as score_scale, score_gap, score_gap_low, score_gap_high,
    case when main is not null then coalesce(response_count, 0) end as score_gap_response_count,
    coalesce(abstained, 0) as abstained_item_count, coalesce(unplaced, 0) as unplaced_item_count,
    case when touchpoint <> '(unplaced)' then as_pct(from_text_item_count / nullif(mention_item_count, 0)) end
        as touchpoint_from_text_share_pct,
    as_pct(shrunken_share) as shrunken_share_pct, severity, priority,
    priority_rank, ranks.low::bigint as priority_rank_low, ranks.high::bigint as priority_rank_high,
    as_pct(precision) as audited_precision_pct,
    as_pct(wilson_low(precision, effective)) as audited_precision_pct_low,
    as_pct(wilson_high(precision, effective)) as audited_precision_pct_high,
    audited_row_count, audited_scope,
    case when period_no in (select period_no from _groups_over_members) then coalesce(groups, []) end
        as over_represented_groups,
    coalesce(quotes, []) as quotes,
    item_count < $min_base or negative_item_count < $min_cell as is_thin,
    $model as model, $taxonomy as taxonomy, $masking as masking
from _ranks_weighed as weighed
inner join _periods using (period_no)
inner join _frame using (cell_no)
left join _pain_states using (period_no, source, cell_no)
left join _ranks as ranks using (period_no, source_no, priority_rank)
left join _exposure_rates as rates using (period_no, source, cell_no)
left join _quotes using (period_no, source, cell_no)
left join _audit_cells using (cell_no)
left join _groups_over using (period_no, source, cell_no)
left join (
    select period_no, source, label as touchpoint, item_count as abstained from _unsure where axis = 'touchpoint'
) using (period_no, source, touchpoint)
left join (
    select period_no, source, label as theme, item_count as unplaced from _unsure where axis = 'theme'
) using (period_no, source, theme)
