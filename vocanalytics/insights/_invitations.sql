-- _invitations: how many were asked to answer, and how many did, in the spans a company told it for.
--
-- Grain     one row per period, source it is known for
-- Reads     declared_invitations, _submissions, _items, _days, _periods
-- Params    $as_of  last day of the data
-- Caveats   Submissions count whatever they answered, unless every text of them is spam or a copy, as in _scores.

with

refused as (

    select submission_no
    from _items
    where is_text and source in (select source from declared_invitations)
    group by submission_no
    having not bool_or(is_counted)

),

by_day as (

    select submitted_on, source, count(*) as n
    from _submissions
    semi join declared_invitations using (source)
    anti join refused using (submission_no)
    where submitted_on <= $as_of
    group by all

),

responded as (

    select period_no, source, sum(n)::bigint as responded_count
    from by_day inner join _days using (submitted_on)
    where not is_prior
    group by all

),

-- the whole history of a feed begins with its first invitations or answers, whichever came first
begun as (

    select source, least(min(month_on), date_trunc('month', min(submitted_on)))::date as begun_on
    from declared_invitations inner join by_day using (source)
    group by source

),

spans as (

    select period_no, source, case when period_kind = 'all' then begun_on else period_on end as first_on,
        least(period_until_on, $as_of::date) as last_on
    from _periods, begun
    where period_kind in ('month', 'quarter', 'all')

)

select period_no, source, sum(invited_count)::bigint as invited_count, any_value(responded_count) as responded_count
from spans
inner join declared_invitations using (source)
inner join _periods using (period_no)
inner join responded using (period_no, source)
where month_on between first_on and last_on or (month_on is null and period_kind = 'all')
group by period_no, source, first_on, last_on
-- every month of the span, or one number for all of it
having bool_or(month_on is null) or count(*) = date_diff('month', first_on, last_on) + 1
