-- _movement_sums: what the parts of a change are worked out from, stratum by stratum, each metric in its own unit.
--
-- Grain     one row per period compared with something, is_prior, source, metric, touchpoint (and `all`), stratum
-- Reads     _movement_days, _movement_arrivals, _movement_told, _scores, _days, _periods
-- Params    $as_of  last day of the data
-- Caveats   Of a figure over all sources the strata are the sources; of a source's score, what triggered the survey.
--           told_ is what was known when the span was first told. scale makes a prior count one of as many covered
--           days as the period has: a source is covered from the first day it was ever heard.

with

days as (from _days inner join _movement_told using (period_no)),

scales as (

    select
        period_no, source,
        (least(period_until_on, $as_of) - period_on + 1) / (prior_until_on - greatest(prior_on, first_on) + 1) as scale
    from _periods, (select source, min(submitted_on) as first_on from _movement_days group by source)
    where first_on <= prior_until_on

),

counted as (

    select
        period_no, is_prior, source, touchpoint,
        sum(n)::double as n, sum(up)::double as up, sum(down)::double as down,
        coalesce(sum(n) filter (is_known), 0)::double as told_n, coalesce(sum(up) filter (is_known), 0)::double as told_up,
        coalesce(sum(down) filter (is_known), 0)::double as told_down
    from (
        select *, told_no is null or arrival_no <= told_no as is_known
        from _movement_days inner join days using (submitted_on)
    )
    group by all

),

answers as (

    select
        period_no, is_prior, source, metric_of(score_scale) as metric, score_scale,
        coalesce(context_touchpoint, '(none)') as stratum, told_no is null or arrival_no <= told_no as is_known,
        case metric
            when 'nps' then 100.0 * ((score >= 9)::integer - (score <= 6)::integer)
            when 'mean' then score
            else 100.0 * (score >= 4)::integer
        end as figure
    from _scores
    inner join _movement_arrivals using (submission_no)
    inner join days using (submitted_on)
    where is_main

)

select
    period_no, is_prior, 'all' as source, 'net_sentiment' as metric, null as score_scale, touchpoint, source as stratum,
    1 as scale, n, 100 * (up - down) as total, 1e4 * (up + down) as squares, told_n, 100 * (told_up - told_down) as told_total
from counted
union all
-- of everyone who wrote, as in pain_points, whether they mention the touchpoint or not
select
    period_no, is_prior, 'all', metric, null, touchpoint, bases.source,
    case when metric = 'negative_item_count' then scale else 1 end,
    bases.n, 100 * coalesce(down, 0), 1e4 * coalesce(down, 0), bases.told_n, 100 * coalesce(told_down, 0)
from (select period_no, is_prior, source, n, told_n from counted where touchpoint = 'all') as bases
inner join (select distinct period_no, touchpoint from counted) as heard using (period_no)
left join (select period_no, is_prior, source, touchpoint, down, told_down from counted) as places
    using (period_no, is_prior, source, touchpoint)
left join scales using (period_no, source)
cross join (values ('negative_share_pct'), ('negative_item_count')) as metrics (metric)
union all
select
    period_no, is_prior, source, metric, score_scale, 'all', stratum, 1,
    count(*), sum(figure), sum(figure ^ 2), count(*) filter (is_known), coalesce(sum(figure) filter (is_known), 0)
from answers
group by period_no, is_prior, source, metric, score_scale, stratum
