-- _ranks_weighed: what each cell weighs: its share, steadied by its neighbours, times how far down it goes with scores.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _pain_tests, _cell_scores, _main_questions, _frame
-- Params    $min_cell  fewest negative items for a rank
-- Caveats   The shares of all cells of the frame, those nobody complained of included, are taken for draws from one
--           beta distribution, fitted by moments (Kleinman 1973); a cell's own share is weighed against it.

with

fitted as (

    select
        period_no, source, any_value(effective_item_count) as n,
        any_value(cells) as cell_count,
        sum(share) / cell_count as mean,
        at_least(sum(share ^ 2) - cell_count * mean ^ 2, 0.0) / (cell_count - 1) as variance,
        -- how much of a share is a cell's own: 0 all chance, 1 no chance; kept off both ends
        case when n > 1 and mean > 0 and mean < 1 then (variance * n / (mean * (1 - mean)) - 1) / (n - 1) else 0 end as own,
        1 / at_most(at_least(own, 1e-6), 0.999999) - 1 as strength
    from _pain_tests, (select count(*) as cells from _frame)
    group by all

),

weighed as (

    select
        tests.*, main, scores.* exclude (period_no, source, cell_no),
        (fitted.mean * strength + share * n) / (strength + n) as shrunken_share,
        strength + n as shrunken_base,
        case when main is null then 1.0 else
            at_least(-score_gap, 0.0) / (scale_high(main.score_scale) - scale_low(main.score_scale))
        end as own_severity,
        -- a cell too small for a gap of its own borrows the average of its source and period; rounded, for the last bits
        -- of an average depend on the order it was added up in, and the same data must publish the same figures
        round(coalesce(own_severity, avg(own_severity) over (partition by period_no, source), 1.0), 12) as severity,
        round(100 * share * severity, 4) as priority,
        case when main is not null then coalesce(
            (score_gap_high - score_gap_low) / (2 * z_95() * (scale_high(main.score_scale) - scale_low(main.score_scale))),
            stddev_samp(own_severity) over (partition by period_no, source)
        ) end as severity_error
    from _pain_tests as tests
    inner join fitted using (period_no, source)
    left join _main_questions using (source)
    left join _cell_scores as scores using (period_no, source, cell_no)

)

-- before names and quotes are joined, while rows are still short
select *, dense_rank() over (order by source) as source_no, case when negative_item_count >= $min_cell then row_number() over (
    partition by period_no, source
    order by negative_item_count >= $min_cell desc, priority desc, negative_item_count desc, cell_no
) end as priority_rank
from weighed
