-- _scorecard: net sentiment and main score of each touchpoint and stage, and whether the feeling has changed.
--
-- Grain     one row per period, source (and `all`), level, place
-- Reads     _place_counts, _place_repeats, _place_scores, _bases
-- Params    $min_base  fewest mentions either span needs for a test
-- Caveats   A place's effective n is its count scaled as its base's, or Kish's of its own mentions where that is less.

with

counted as (

    select
        counts.* exclude (period_no, source, level, place), scores.* exclude (period_no, source, level, place),
        period_no, source, level, place, bases.* exclude (period_no, source),
        positive_item_count / nullif(mention_item_count, 0) as up,
        negative_item_count / nullif(mention_item_count, 0) as down,
        least(
            mention_item_count * effective_item_count / nullif(item_count, 0),
            mention_item_count ^ 2 / nullif(mention_item_count + coalesce(doubled, 0), 0)
        ) as n,
        prior_positive_item_count / nullif(prior_mention_item_count, 0) as prior_up,
        prior_negative_item_count / nullif(prior_mention_item_count, 0) as prior_down,
        least(
            prior_mention_item_count * prior_effective_item_count / nullif(prior_item_count, 0),
            prior_mention_item_count ^ 2 / nullif(prior_mention_item_count + coalesce(prior_doubled, 0), 0)
        ) as prior_n
    from _place_counts as counts
    full join _place_scores as scores using (period_no, source, level, place)
    left join _place_repeats using (period_no, source, level, place)
    left join _bases as bases using (period_no, source)
    where item_count > 0 or asked_response_count > 0

),

told as (

    select
        *,
        100.0 * (up - down) as net, net_low(up, down, n) as low, net_high(up, down, n) as high,
        100.0 * (prior_up - prior_down) as prior_net,
        net_low(prior_up, prior_down, prior_n) as prior_low, net_high(prior_up, prior_down, prior_n) as prior_high,
        case when mention_item_count >= $min_base and prior_mention_item_count >= $min_base then normal_p_value(
            (net_adjusted(up, down, n) - net_adjusted(prior_up, prior_down, prior_n))
            / sqrt(net_error(up, down, n) ^ 2 + net_error(prior_up, prior_down, prior_n) ^ 2)
        ) end as p_value
    from counted

),

placed as (

    select
        *,
        row_number() over (partition by level, period_no, source order by p_value nulls last, place) as nth,
        count(p_value) over (partition by level, period_no, source) as test_count
    from told

),

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
corrected as (

    select
        *,
        min(least(1.0, p_value * (test_count / nth))) over (
            partition by level, period_no, source order by nth rows between current row and unbounded following
        ) as worst,
        case when p_value is not null then worst end as q_value
    from placed

)

select
    *,
    case
        when q_value < 0.05 and net > prior_net then 'better'
        when q_value < 0.05 and net < prior_net then 'worse'
        when q_value is not null then 'no_clear_change'
    end as state
from corrected
