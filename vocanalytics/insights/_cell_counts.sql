-- _cell_counts: how many items stand in each cell, now and in what it is compared with.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _cells, _stretches, _stretch_periods, _days
-- Params    $min_cell  fewest earlier complaints that make their absence worth a row
-- Caveats   doubled: sum of m * m - m over the m negative items of each customer in the cell; null where nobody repeats.

with

by_stretch as (

    select
        stretch_no, source, cell_no,
        count(*) as mentioned,
        count(*) filter (is_negative) as negative,
        count(*) filter (is_mixed) as mixed,
        count(*) filter (is_from_text) as from_text
    from _cells
    inner join _stretches using (submitted_on)
    group by all

),

by_source as (

    select
        period_no, source, cell_no,
        coalesce(sum(mentioned) filter (not is_prior), 0)::bigint as mention_item_count,
        coalesce(sum(negative) filter (not is_prior), 0)::bigint as negative_item_count,
        coalesce(sum(mixed) filter (not is_prior), 0)::bigint as mixed_item_count,
        coalesce(sum(from_text) filter (not is_prior), 0)::bigint as from_text_item_count,
        coalesce(sum(negative) filter (is_prior), 0)::bigint as prior_negative_item_count
    from by_stretch
    inner join _stretch_periods using (stretch_no)
    where negative > 0 or not is_prior
    group by all

),

scoped as (

    from by_source
    union all
    select period_no, 'all', cell_no, columns('_item_count$') from (
        select period_no, cell_no, sum(columns('_item_count$'))::bigint from by_source group by all
    )

),

-- few complain twice of the same; those alone are told apart, with the days to their nearest other complaint
again as (

    select source, cell_no, respondent, submitted_on,
        least(submitted_on - lag(submitted_on) over said, lead(submitted_on) over said - submitted_on) as apart
    from (from _cells where is_negative)
    semi join (select cell_no, respondent from _cells where is_negative group by all having count(*) > 1) as repeating
        using (cell_no, respondent)
    window said as (partition by cell_no, respondent order by submitted_on)

),

repeated as (

    select period_no, source, cell_no,
        sum(m * m - m) filter (not is_prior) as doubled, sum(m * m - m) filter (is_prior) as prior_doubled
    from (
        select period_no, is_prior, coalesce(source, 'all') as source, cell_no, respondent, count(*) as m
        from again inner join _days using (submitted_on)
        where apart < day_count
        group by grouping sets (
            (period_no, is_prior, source, cell_no, respondent), (period_no, is_prior, cell_no, respondent)
        )
    ) group by period_no, source, cell_no

)

-- heard now, or often enough before to be missed
from scoped
left join repeated using (period_no, source, cell_no)
where negative_item_count > 0 or prior_negative_item_count >= $min_cell
