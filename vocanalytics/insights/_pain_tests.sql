-- _pain_tests: shares of all who wrote, and whether they differ from before.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _cell_counts, _bases
-- Params    $min_base  fewest items either base needs for a test; $min_cell  fewest negative items, both spans together
-- Caveats   What is tested is chosen by bases and by the two spans' sum, never by their difference: the correction
--           for testing often stays valid.

with

shares as (

    select
        *,
        negative_item_count / item_count as share,
        case when prior_item_count > 0 then prior_negative_item_count / prior_item_count end as prior_share,
        wilson_low(share, effective_item_count) as low,
        wilson_high(share, effective_item_count) as high,
        item_count >= $min_base and prior_item_count >= $min_base as is_comparable,
        is_comparable and negative_item_count + prior_negative_item_count >= $min_cell as is_tested
    from _cell_counts
    inner join _bases using (period_no, source)
    where item_count > 0

),

tested as (

    select
        *,
        case when is_tested then share_change_p_value(
            share * effective_item_count, effective_item_count,
            prior_share * prior_effective_item_count, prior_effective_item_count
        ) end as p_value
    from shares

),

placed as (

    select
        *,
        row_number() over (partition by period_no, source order by p_value nulls last, cell_no) as nth,
        count(p_value) over (partition by period_no, source) as test_count
    from tested

)

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
select
    *,
    min(least(1.0, p_value * (test_count / nth))) over (
        partition by period_no, source order by nth rows between current row and unbounded following
    ) as corrected,
    case when p_value is not null then corrected end as q_value
from placed
