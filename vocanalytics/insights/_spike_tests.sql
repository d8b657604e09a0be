-- _spike_tests: what each series lets one expect of its latest weeks or days, and whether they are more than that.
-- The rows selected here go through `spike_tests` of vocanalytics/statistics/spikes.py.
--
-- Grain     one row per series_no, period_on, every step there is, whether anything was heard in it or not
-- Reads     _spike_series, _spike_counts, _spike_volumes
-- Params    $min_base  items below which a source borrows from the others how often it speaks of something
-- Caveats   The volume of `all` is that of its sources, each counted as much as it speaks of the series: more reviews
--           and fewer posts in a week are no reason for an alarm. Counts of a whole source have no volume to be seen in:
--           1 from the first week or day the source spoke in, and 0 before, when nobody was asked.

with

steps as (

    select unnest(generate_series(min(period_on)::timestamp, max(period_on)::timestamp,
        case period_kind when 'week' then interval 7 days else interval 1 day end))::date as period_on, period_kind
    from _spike_volumes
    group by period_kind

),

begun as (

    select period_kind, source, min(period_on) as first_on from _spike_volumes group by all

),

spoken as (

    select period_kind, source, sum(item_count) as item_count from _spike_volumes where is_settled group by all

),

rates as (

    select
        series_no, period_kind, spoken.source,
        total.item_count / sum(spoken.item_count) over (partition by series_no) as overall,
        (coalesce(own, 0) + $min_base * overall) / (spoken.item_count + $min_base) as rate
    from _spike_series as total
    inner join spoken using (period_kind)
    left join (
        select period_kind, source, touchpoint, theme, sum(item_count) as own
        from _spike_counts where measure = 'complaint_share' group by all
    ) as parts on (parts.period_kind, parts.source, parts.touchpoint, parts.theme)
        = (total.period_kind, spoken.source, total.touchpoint, total.theme)
    where total.source = 'all'

),

volumes as (

    select series_no, period_on, sum(rate * item_count) as volume
    from rates inner join _spike_volumes using (period_kind, source)
    where is_settled
    group by all
    union all
    select series_no, period_on, volume.item_count
    from _spike_series inner join _spike_volumes as volume using (period_kind, source)
    where measure = 'complaint_share'
    union all
    select series_no, period_on, 1
    from _spike_series inner join begun using (period_kind, source) inner join steps using (period_kind)
    where measure <> 'complaint_share' and period_on >= first_on

)

select
    series_no,
    period_on,
    period_kind = 'week' as is_weekly,
    measure <> 'complaint_share' as is_plain,
    coalesce(counts.item_count, 0)::double as item_count,
    coalesce(volume, 0)::double as volume
from _spike_series as series
inner join steps using (period_kind)
left join _spike_counts as counts using (period_kind, period_on, source, touchpoint, theme, measure)
left join volumes using (series_no, period_on)
order by series_no, period_on
