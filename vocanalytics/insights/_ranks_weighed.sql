-- _ranks_weighed: what each cell weighs: its share times how far down it goes with scores.
--
-- Grain     one row per period, source (and `all`), cell
-- Reads     _pain_tests, _cell_scores, _main_questions, _periods
-- Params    $min_cell  fewest negative items for a rank
-- Caveats   Averages are rounded: their last bits depend on the order they were added up in, and the same data must
--           publish the same figures.

with

gaps as (

    select period_no, source, cell_no, negative_item_count, main, response_count, score_gap, score_gap_low, score_gap_high,
        period_kind = 'all' as is_whole, scale_high(main.score_scale) - scale_low(main.score_scale) as width,
        at_least(-score_gap, 0.0) / width as own_severity
    from _pain_tests inner join _periods using (period_no)
    left join _main_questions using (source) left join _cell_scores using (period_no, source, cell_no)

),

typical as (

    select period_no, source, any_value(is_whole) as is_whole, any_value(main) as main, case when count(own_severity) > 0 then
        {'mean': round(avg(own_severity), 12), 'spread': round(stddev_samp(own_severity), 12)} end as told
    from gaps group by grouping sets ((period_no, source), (period_no))

),

-- too few for a gap: what is nearest speaks, the period's other cells, the source's whole history, everything scored
lent as (

    select near.period_no, near.source, coalesce(
        near.told, case when near.main is null then around.told else long.told end, ever.told, {'mean': 1.0, 'spread': 0.0}
    ) as lent
    from typical as near
    left join typical as around on around.source is null and around.period_no = near.period_no
    left join typical as long on long.is_whole and long.source = near.source
    left join typical as ever on ever.is_whole and ever.source is null

),

judged as (

    select gaps.*, coalesce(own_severity, lent.mean) as of_source,
        coalesce((score_gap_high - score_gap_low) / (2 * z_95() * width), lent.spread) as error_of_source
    from gaps inner join lent using (period_no, source)

),

pooled as (

    select period_no, 'all' as source, cell_no, sum(negative_item_count) as n,
        round(sum(negative_item_count * of_source) / n, 12) as of_all,
        round(sqrt(sum((negative_item_count * error_of_source) ^ 2)) / n, 12) as error_of_all
    from judged where main is not null and negative_item_count > 0 group by all

),

weighed as (

    select tests.*, main, response_count, score_gap, score_gap_low, score_gap_high, own_severity,
        round(coalesce(of_all, case when source = 'all' then avg(of_all) over by_period end, of_source), 12) as severity,
        round(100 * share * severity, 4) as priority,
        case when of_all is not null then error_of_all when source = 'all' then
            coalesce(stddev_samp(of_all) over by_period, error_of_source) else error_of_source end as severity_error
    from _pain_tests as tests
    inner join judged using (period_no, source, cell_no)
    left join pooled using (period_no, source, cell_no)
    window by_period as (partition by period_no)

)

-- before names and quotes are joined, while rows are still short
select *, dense_rank() over (order by source) as source_no, case when negative_item_count >= $min_cell then row_number() over (
    partition by period_no, source
    order by negative_item_count >= $min_cell desc, priority desc, negative_item_count desc, cell_no
) end as priority_rank
from weighed
