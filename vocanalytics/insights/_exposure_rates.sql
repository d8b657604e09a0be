-- _exposure_rates: complaints per 1,000 visits or vehicles, where somebody counted those.
--
-- Grain     one row per complete period, source (and `all`), cell whose every day has an exposure
-- Reads     _pain_tests, _periods, _frame, declared_exposures
-- Caveats   Bounds after Byar (Breslow and Day, "Statistical methods in cancer research" II, 1987), as if each effective
--           item stood for itself. A period is the sum of declared spans that fill it to the day, or has no rate.

with

exposed as (

    select
        period_no, coalesce(declared.source, 'all') as source, touchpoint, any_value(unit) as unit,
        sum(exposure_count)::bigint as exposure_count
    from _periods
    inner join declared_exposures as declared on starts_on >= period_on and ends_on <= period_until_on
    where is_complete
    group by period_no, declared.source, touchpoint, period_on, period_until_on
    having sum(ends_on - starts_on + 1) = period_until_on - period_on + 1

),

scaled as (

    select
        period_no, source, cell_no, unit, exposure_count, negative_item_count,
        -- how many complaints are worth one that no customer repeated
        item_count / effective_here as weight,
        negative_item_count / weight as x
    from _pain_tests
    inner join _frame using (cell_no)
    inner join exposed using (period_no, source, touchpoint)

)

select
    period_no, source, cell_no, unit, exposure_count,
    1000 * negative_item_count / exposure_count as rate,
    case when x > 0 then
        1000 * weight * x * at_least(1 - 1 / (9 * x) - z_95() / (3 * sqrt(x)), 0.0) ^ 3 / exposure_count
    else 0.0 end as low,
    1000 * weight * (x + 1) * (1 - 1 / (9 * (x + 1)) + z_95() / (3 * sqrt(x + 1))) ^ 3 / exposure_count as high
from scaled
