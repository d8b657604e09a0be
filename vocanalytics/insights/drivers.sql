-- drivers: what goes with a higher or a lower score, how much, and whether that can be ranked.
--
-- Grain     one row per source, question, scale, level (touchpoint or theme), place, polarity
-- Reads     _driver_gaps, _driver_estimates, _driver_responses, taxonomy_touchpoints, taxonomy_themes
-- Params    $min_base  fewest customers on either side of a gap that is ranked
-- For       CX lead (what to look at first), analyst
-- Caveats   Association. Customers justify the score in the same breath.

with

questions as (

    select
        model_no, source, question_id, max(question) as question, score_scale,
        min(submitted_on) as first_on, max(submitted_on) as last_on
    from _driver_responses
    group by all

),

places as (

    select 'touchpoint' as level, touchpoint as place, touchpoint_label as place_label, owner from taxonomy_touchpoints
    union all
    select 'theme', theme, theme_label, null from taxonomy_themes

),

judged as (

    select
        *,
        case
            when share is null or customer_count1 < $min_base or customer_count0 < $min_base then 'base'
            when variance_inflation > 5 then 'collinear'
            when rank_high - rank_low > greatest(2, driver_count / 3) then 'unstable'
        end as not_ranked_because
    from _driver_gaps
    left join _driver_estimates using (driver_no)

)

select
    source, question_id, question, score_scale, level, place, place_label, owner, polarity,
    first_on, last_on, n as response_count, n1 as mention_count, customer_count1 as customer_count,
    round(gap, 3) as score_gap, round(gap - reach, 3) as score_gap_low, round(gap + reach, 3) as score_gap_high,
    as_pct(share) as shapley_share_pct, as_pct(share_low) as shapley_share_pct_low,
    as_pct(share_high) as shapley_share_pct_high,
    as_pct(explained) as explained_pct, as_pct(controls_explained) as controls_explained_pct,
    driver_count,
    case when not_ranked_because is null then rank end as driver_rank,
    case when share is not null then rank_low end as driver_rank_low,
    case when share is not null then rank_high end as driver_rank_high,
    round(variance_inflation, 2) as variance_inflation,
    not_ranked_because is not null as do_not_rank, not_ranked_because,
    $model as model, $taxonomy as taxonomy, $masking as masking
from judged
inner join questions using (model_no)
inner join places using (level, place)
