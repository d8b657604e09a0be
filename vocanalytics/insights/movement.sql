-- movement: why a figure differs from what it is compared with, and from what was told of that at the time.
--
-- Grain     one row per period, source, metric, touchpoint (and `all`)
-- Reads     _movement_figures, _periods, taxonomy_touchpoints
-- Params    $min_base  below it, in either base, a row is thin
--           $min_cell  below it, in a count that is not 0, as well
-- For       whoever is asked why the number moved
-- Caveats   Parts are effects on a figure, not causes. Rounding goes into the rate part, so that the parts add up.

with

rounded as (

    select
        * replace (
            round(value, 4) as value, round(prior_value, 4) as prior_value, round(volume, 4) as volume,
            -- + 0: nobody wants to read -0.0
            round(entry, 4) + 0 as entry, round(exit, 4) + 0 as exit, round(mix, 4) + 0 as mix,
            round(late, 4) + 0 as late, round(edition, 4) + 0 as edition
        ),
        round(round(value, 4) - round(prior_value, 4), 4) + 0 as change
    from _movement_figures

),

added as (

    select * replace (round(change - coalesce(volume, 0) - entry - exit - mix, 4) + 0 as rate) from rounded

)

select
    period_kind, period_on, period_until_on, is_complete, source, metric,
    touchpoint, coalesce(touchpoint_label, 'All touchpoints') as touchpoint_label, owner,
    case metric
        when 'nps' then 'points' when 'net_sentiment' then 'points' when 'negative_item_count' then 'items'
        when 'mean' then 'points of the scale' else 'percentage points'
    end as unit,
    case when source = 'all' then 'source' else 'context_touchpoint' end as split_by,
    prior_on, prior_until_on, n::bigint as base_count, prior_n::bigint as prior_base_count, round(fewest)::bigint as fewest_count,
    value, prior_value, change,
    case when is_split then volume end as volume_part, entry as entry_part, exit as exit_part, mix as mix_part,
    rate as rate_part, round(least(rate_low, rate), 4) as rate_part_low, round(greatest(rate_high, rate), 4) as rate_part_high,
    case when not is_split then 'nothing_in_both' end as split_unknown_because,
    round(p_value, 6) as p_value, round(q_value, 6) as q_value,
    case
        when q_value < 0.05 and rate > 0 then 'higher'
        when q_value < 0.05 then 'lower'
        when q_value is not null then 'no_clear_change'
    end as state,
    coalesce(told_as_of, $as_of) as told_as_of, told_model, told_taxonomy, told_n::bigint as told_base_count,
    late as late_part, edition as edition_part,
    case when late is null then 'nothing_known_then' when edition is null then 'not_double_tagged' end as told_unknown_because,
    round(prior_value - late - edition, 4) as told_prior_value,
    round(change + late + edition, 4) as change_since_told,
    case when is_split then list_max(list_filter([
        {'size': abs(volume), 'part': 'volume'}, {'size': abs(entry), 'part': 'entry'}, {'size': abs(exit), 'part': 'exit'},
        {'size': abs(mix), 'part': 'mix'}, {'size': abs(rate), 'part': 'rate'},
        {'size': abs(late), 'part': 'late'}, {'size': abs(edition), 'part': 'edition'}
    ], lambda one: one.size > 0)).part end as largest_part,
    n < $min_base or prior_n < $min_base or fewest < $min_cell as is_thin,
    $model as model, $taxonomy as taxonomy, $masking as masking
from added
inner join _periods using (period_no)
left join taxonomy_touchpoints using (touchpoint)
