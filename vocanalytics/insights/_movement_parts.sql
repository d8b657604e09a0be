-- _movement_parts: how much of a change is who is heard, and how much is what they say.
--
-- Grain     one row per period compared with something, source, metric, touchpoint (and `all`) with a base on either side
-- Reads     _movement_sums, _bases
-- Caveats   Midpoint weights, so that no order of the factors has to be chosen (Kitagawa 1955, Das Gupta 1993). Entry and
--           exit are what strata heard on one side only do to the figure of that side. Bounds of the rate part are the
--           strata's own, squared and added (MOVER, Zou and Donner 2008), with the weights as they are. Of a count, all
--           are those of its share, with prior strata weighed per covered day; fewest is for the shareable edition.

with

sides as (

    select
        sums.* exclude (score_scale), total / n as level,
        n * coalesce(case
            when is_prior then prior_effective_item_count / nullif(prior_item_count, 0)
            else effective_item_count / nullif(item_count, 0)
        end, 1) as effective,
        case when metric <> 'mean' then (squares / 1e4 + total / 100) / 2 end as up,
        case when metric <> 'mean' then (squares / 1e4 - total / 100) / 2 end as down,
        case
            when metric = 'mean'
                then coalesce(level - mean_reach(variance_of(n, total, squares), effective), scale_low(score_scale))
            when metric in ('nps', 'net_sentiment') then net_low(up / n, down / n, effective)
            else 100 * wilson_low(level / 100, effective)
        end as low,
        case
            when metric = 'mean'
                then coalesce(level + mean_reach(variance_of(n, total, squares), effective), scale_high(score_scale))
            when metric in ('nps', 'net_sentiment') then net_high(up / n, down / n, effective)
            else 100 * wilson_high(level / 100, effective)
        end as high
    from _movement_sums as sums
    left join _bases as bases on bases.period_no = sums.period_no
        and bases.source = case when sums.source = 'all' then stratum else sums.source end

),

strata as (

    select
        period_no, source, metric, touchpoint, now.* exclude (period_no, source, metric, touchpoint, stratum, is_prior, scale),
        prior.n as prior_n, prior.total as prior_total, prior.level as prior_level, prior.low as prior_low,
        prior.high as prior_high, prior.told_n as prior_told_n, prior.told_total as prior_told_total,
        prior.up as prior_up, prior.down as prior_down, prior.scale, prior.n * prior.scale as scaled_n,
        now.n is not null and prior.n is not null as is_common,
        now.n / sum(case when is_common then now.n end) over figure as weight,
        scaled_n / sum(case when is_common then scaled_n end) over figure as prior_weight,
        (weight + prior_weight) / 2 as middle
    from (from sides where not is_prior) as now
    full join (from sides where is_prior) as prior using (period_no, source, metric, touchpoint, stratum)
    window figure as (partition by period_no, source, metric, touchpoint)

)

select
    period_no, source, metric, touchpoint, sum(n) as n, sum(prior_n) as prior_n,
    sum(total) / sum(n) as value, sum(scale * prior_total) / sum(scaled_n) as prior_value, sum(scaled_n) as scaled_n,
    sum(prior_told_n) as told_n, sum(scale * prior_told_n) as scaled_told_n,
    sum(scale * prior_told_total) / nullif(sum(scale * prior_told_n), 0) as told_value,
    list_min(list_filter(
        [sum(n), sum(prior_n), sum(up), sum(down), sum(prior_up), sum(prior_down)], lambda counted: counted > 0
    )) as fewest,
    count(*) filter (is_common) > 0 as is_split,
    value - sum(weight * level) filter (is_common) as entry,
    sum(prior_weight * prior_level) filter (is_common) - prior_value as exit,
    sum((weight - prior_weight) * (level + prior_level) / 2) filter (is_common) as mix,
    sum(middle * (level - prior_level)) filter (is_common) as rate,
    rate - sqrt(sum(middle ^ 2 * ((level - low) ^ 2 + (prior_high - prior_level) ^ 2)) filter (is_common)) as rate_low,
    rate + sqrt(sum(middle ^ 2 * ((high - level) ^ 2 + (prior_level - prior_low) ^ 2)) filter (is_common)) as rate_high
from strata
group by all
having sum(n) > 0 and sum(prior_n) > 0
