-- _movement_figures: the parts of every metric, counts among them, and whether what customers say has changed.
--
-- Grain     one row per period compared with something, source, metric, touchpoint (and `all`)
-- Reads     _movement_parts, _movement_told, _movement_editions
-- Params    $min_base  fewest items or answers on either side for a test
-- Caveats   A count is base times share: the middle of each weighs the change of the other. The base it is compared
--           with is scaled to as many covered days, source by source.

with

parted as (

    select
        parts.*, told_as_of, told_model, told_taxonomy,
        case when parts.source = 'all' and (told_model, told_taxonomy) <> ($model, $taxonomy)
            then editions.edition else 0.0 end as edition
    from _movement_parts as parts
    inner join _movement_told using (period_no)
    left join _movement_editions as editions using (period_no, metric, touchpoint)

),

figures as (

    select *, null::double as volume, prior_value - told_value as late
    from parted where metric <> 'negative_item_count'
    union all by name
    select
        * replace (
            n * value / 100 as value, scaled_n * prior_value / 100 as prior_value,
            entry * (n + scaled_n) / 200 as entry, exit * (n + scaled_n) / 200 as exit, mix * (n + scaled_n) / 200 as mix,
            rate * (n + scaled_n) / 200 as rate, rate_low * (n + scaled_n) / 200 as rate_low,
            rate_high * (n + scaled_n) / 200 as rate_high, edition * scaled_told_n / 100 as edition
        ),
        (n - scaled_n) * (value + prior_value) / 200 as volume,
        (scaled_n * prior_value - scaled_told_n * told_value) / 100 as late
    from parted where metric = 'negative_item_count'

),

tested as (

    select *, case when n >= $min_base and prior_n >= $min_base then normal_p_value(
        rate * z_95() / nullif(case when rate > 0 then rate - rate_low else rate_high - rate end, 0)
    ) end as p_value
    from figures

),

placed as (

    select
        *,
        row_number() over (partition by period_no, metric order by p_value nulls last, source, touchpoint) as nth,
        count(p_value) over (partition by period_no, metric) as test_count
    from tested

)

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
select
    *,
    min(least(1.0, p_value * (test_count / nth))) over (
        partition by period_no, metric order by nth rows between current row and unbounded following
    ) as corrected,
    case when p_value is not null then corrected end as q_value
from placed
