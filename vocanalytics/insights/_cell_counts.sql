-- _cell_counts: how many items stand in each cell, now and in what it is compared with.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _cells, _days
-- Params    $min_cell  fewest earlier complaints that make their absence worth a row

with

by_source as (

    select
        period_no,
        source,
        cell_no,
        count(*) filter (not is_prior) as mention_item_count,
        count(*) filter (not is_prior and is_negative) as negative_item_count,
        count(*) filter (not is_prior and is_mixed) as mixed_item_count,
        count(*) filter (not is_prior and is_from_text) as from_text_item_count,
        count(*) filter (is_prior and is_negative) as prior_negative_item_count
    from _cells
    inner join _days using (submitted_on)
    where is_negative or not is_prior
    group by all

),

scoped as (

    from by_source
    union all
    select period_no, 'all', cell_no, columns('_item_count$') from (
        select period_no, cell_no, sum(columns('_item_count$'))::bigint from by_source group by all
    )

)

-- heard now, or often enough before to be missed
from scoped
where negative_item_count > 0 or prior_negative_item_count >= $min_cell
