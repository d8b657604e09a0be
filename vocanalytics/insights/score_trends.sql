-- score_trends: what customers score, per source and question, on that question's own scale.
--
-- Grain     one row per period, source, question, scale
-- Reads     _score_counts, _raked_scores, _top_scores, _invitations, _periods
-- Params    $min_base  fewest responses a figure should rest on
-- For       analyst and CX lead; the only place scores are shareable from
-- Caveats   Never over sources: questions, scales and people differ.

with

counted as (

    select *, score_scale = 'nps_0_10' as is_nps, score_scale in ('csat_1_5', 'stars_1_5') as has_top,
        mean_reach(variance, effective) as reach,
        -- nobody answers uninvited: where more did, one of the two numbers is wrong
        case when responded_count <= invited_count then invited_count end as rate_base,
        tops.told as top_text, tops.negative / tops.told as gaming, tops.told * effective / n as top_effective
    from _score_counts
    left join _invitations using (period_no, source)
    left join _top_scores as tops using (score_no)

),

told as (

    select *,
        case when is_nps then round(100.0 * (up - down) / n, 2) end as nps,
        case when is_nps then round(net_low(up / n, down / n, effective), 2) end as nps_low,
        case when is_nps then round(net_high(up / n, down / n, effective), 2) end as nps_high,
        case when has_top then as_pct(top) end as top_2_box_share_pct,
        case when has_top then as_pct(wilson_low(top, effective)) end as top_2_box_share_pct_low,
        case when has_top then as_pct(wilson_high(top, effective)) end as top_2_box_share_pct_high,
        case when not is_nps then round(counted.mean, 3) end as shown_mean,
        case when not is_nps then round(at_least(counted.mean - reach, scale_low(score_scale)), 3) end as mean_low,
        case when not is_nps then round(at_most(counted.mean + reach, scale_high(score_scale)), 3) end as mean_high
    from counted

)

select
    period_kind, period_on, period_until_on, is_complete, source, question_id, question, score_scale, is_main,
    n as response_count, round(told.effective, 2) as effective_response_count,
    case when is_nps then up end as promoter_count,
    case when is_nps then n - up - down end as passive_count,
    case when is_nps then down end as detractor_count,
    case when has_top then round(top * n)::bigint end as top_2_box_count,
    case when has_top then n - top_2_box_count end as lower_box_count,
    nps, nps_low, nps_high, top_2_box_share_pct, top_2_box_share_pct_low, top_2_box_share_pct_high,
    shown_mean as mean, mean_low, mean_high, metric_of(score_scale) as score_metric,
    case score_metric when 'nps' then nps when 'mean' then shown_mean else top_2_box_share_pct end as headline,
    case score_metric when 'nps' then nps_low when 'mean' then mean_low else top_2_box_share_pct_low end as headline_low,
    case score_metric when 'nps' then nps_high when 'mean' then mean_high else top_2_box_share_pct_high end as headline_high,
    raked.headline as raked_headline, raked.headline_low as raked_headline_low, raked.headline_high as raked_headline_high,
    round(raked.effective, 2) as raked_effective_response_count, raked.dimensions as raked_dimensions,
    invited_count, responded_count, as_pct(responded_count / rate_base) as response_rate_pct,
    as_pct(wilson_low(responded_count / rate_base, rate_base)) as response_rate_pct_low,
    as_pct(wilson_high(responded_count / rate_base, rate_base)) as response_rate_pct_high,
    coalesce(top_text, 0) as top_score_text_count, as_pct(gaming) as top_score_negative_text_share_pct,
    as_pct(wilson_low(gaming, top_effective)) as top_score_negative_text_share_pct_low,
    as_pct(wilson_high(gaming, top_effective)) as top_score_negative_text_share_pct_high,
    n < $min_base as is_thin, $model as model, $taxonomy as taxonomy, $masking as masking
from told
inner join _periods using (period_no)
left join _raked_scores as raked using (score_no)
