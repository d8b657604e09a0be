-- _bases: what shares are shares of.
--
-- Grain     one row per period, source (and `all`) with anything to count
-- Reads     _items, _days
-- Caveats   The effective n is Kish's: as if nothing a customer said twice told anything new.

with

by_respondent as (

    select period_no, is_prior, source, respondent, count(*) as m
    from _items
    inner join _days using (submitted_on)
    where is_counted and submitted_on <= $as_of
    group by all

),

scoped as (

    from by_respondent
    union all
    select period_no, is_prior, 'all', respondent, sum(m) from by_respondent group by all

)

select
    period_no,
    source,
    coalesce(sum(m) filter (not is_prior), 0)::bigint as item_count,
    count(*) filter (not is_prior) as customer_count,
    coalesce(sum(m) filter (not is_prior) ^ 2 / sum(m * m) filter (not is_prior), 0) as effective_item_count,
    coalesce(sum(m) filter (is_prior), 0)::bigint as prior_item_count,
    coalesce(sum(m) filter (is_prior) ^ 2 / sum(m * m) filter (is_prior), 0) as prior_effective_item_count
from scoped
group by all
