-- _spike_series: what spikes are looked for in.
--
-- Grain     one row per period_kind, source (and `all`), touchpoint, theme, measure; series_no stands for them
-- Reads     _spike_counts
-- Params    $min_cell  fewest items, in all the weeks or days there are, that make a series

select
    row_number() over (order by period_kind, source, touchpoint, theme, measure)::integer as series_no,
    *
from (
    select period_kind, source, touchpoint, theme, measure, sum(item_count) as item_count
    from _spike_counts
    group by all
    having sum(item_count) >= $min_cell
)
