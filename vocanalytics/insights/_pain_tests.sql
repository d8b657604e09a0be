-- _pain_tests: shares of all who wrote, steadied by those of other cells, and whether they differ from before.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _cell_counts, _bases, _frame
-- Params    $min_base  fewest items either base needs for a test; $min_cell  fewest negative items, both spans together
-- Caveats   What is tested is chosen by bases and by the two spans' sum, never by their difference: the correction
--           for testing often stays valid. What a customer repeats tells nothing new: Kish's effective n, of the base or
--           of the complaints, whichever is less. To compare, complaints are taken to repeat as much before as now (Rao
--           and Scott, Biometrics 48, 1992), or a customer's eighth would make the first clearer.
--           The shares of all cells of the frame, those nobody complained of included, are taken for draws from one
--           beta distribution, fitted by moments (Kleinman 1973); a cell's own share is weighed against it.

with

shares as (

    select
        *,
        negative_item_count / item_count as share,
        case when prior_item_count > 0 then prior_negative_item_count / prior_item_count end as prior_share,
        at_most(item_count / (1 + coalesce(doubled / negative_item_count, 0)), effective_item_count) as effective_here,
        wilson_low(share, effective_here) as low,
        wilson_high(share, effective_here) as high,
        1 + (coalesce(doubled, 0) + coalesce(prior_doubled, 0)) / (negative_item_count + prior_negative_item_count) as again,
        at_most(item_count / again, effective_item_count) as compared,
        at_most(prior_item_count / again, prior_effective_item_count) as prior_compared,
        item_count >= $min_base and prior_item_count >= $min_base as is_comparable,
        is_comparable and negative_item_count + prior_negative_item_count >= $min_cell as is_tested,
        case when is_tested
            then share_change_p_value(share * compared, compared, prior_share * prior_compared, prior_compared) end as p_value
    from _cell_counts
    inner join _bases using (period_no, source)
    where item_count > 0

),

fitted as (

    select
        period_no, source, any_value(effective_item_count) as n,
        any_value(cells) as cell_count,
        sum(share) / cell_count as mean,
        at_least(sum(share ^ 2) - cell_count * mean ^ 2, 0.0) / (cell_count - 1) as variance,
        -- how much of a share is a cell's own: 0 all chance, 1 no chance; kept off both ends
        case when n > 1 and mean > 0 and mean < 1 then (variance * n / (mean * (1 - mean)) - 1) / (n - 1) else 0 end as own,
        1 / at_most(at_least(own, 1e-6), 0.999999) - 1 as strength
    from shares, (select count(*) as cells from _frame)
    group by all

),

placed as (

    select
        shares.*,
        (fitted.mean * strength + share * effective_here) / (strength + effective_here) as shrunken_share,
        strength + effective_here as shrunken_base,
        row_number() over tested as nth,
        count(p_value) over (partition by period_no, source) as test_count
    from shares inner join fitted using (period_no, source)
    window tested as (partition by period_no, source order by p_value nulls last, cell_no)

)

-- Benjamini-Hochberg: the smallest of p x tests / rank from this rank on
select
    *,
    min(least(1.0, p_value * (test_count / nth))) over (
        partition by period_no, source order by nth rows between current row and unbounded following
    ) as corrected,
    case when p_value is not null then corrected end as q_value
from placed
