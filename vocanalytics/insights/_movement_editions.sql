-- _movement_editions: what reading the same items with another pair does to a figure.
--
-- Grain     one row per period first told by another pair, metric, touchpoint (and `all`)
-- Reads     _movement_doubles, _movement_told, _movement_sums, _days
-- Caveats   Of items known when the span was first told; null where fewer than nine in ten of them are read by both.
--           Of a count, in points of its share, items weighed per covered day.

with

summed as (

    select
        period_no, counts.touchpoint,
        sum(columns(counts.* exclude (model, taxonomy, source, submitted_on, arrival_no, touchpoint))),
        sum(scale * double_count) as scaled_base, sum(scale * (down - old_down)) as scaled_difference
    from _movement_told
    inner join (from _days where is_prior) as days using (period_no)
    inner join _movement_doubles as counts
        on counts.submitted_on = days.submitted_on and counts.model = told_model and counts.taxonomy = told_taxonomy
            and arrival_no <= told_no
    inner join (
        from _movement_sums where is_prior and metric = 'negative_item_count' and touchpoint = 'all'
    ) as sums on sums.period_no = _movement_told.period_no and sums.stratum = counts.source
    group by all

),

based as (

    select
        places.*, everyone.double_count as base, everyone.scaled_base as whole,
        everyone.double_count >= 0.9 * everyone.item_count as is_known
    from summed as places
    inner join (from summed where touchpoint = 'all') as everyone using (period_no)

)

select
    period_no, touchpoint, 'negative_share_pct' as metric,
    case when is_known then 100.0 * (down - old_down) / base end as edition
from based
union all
select period_no, touchpoint, 'negative_item_count', case when is_known then 100.0 * scaled_difference / whole end
from based
union all
select
    period_no, touchpoint, 'net_sentiment',
    case when is_known then 100.0 * (up - down) / nullif(n, 0) - 100.0 * (old_up - old_down) / nullif(old_n, 0) end
from based
