-- _unsure: negative items that might belong to a cell but could not be put into one.
--
-- Grain     one row per period, source (and `all`), axis, label: axis `touchpoint` with its theme abstained,
--           axis `theme` with its touchpoint unknown
-- Reads     _said, _days

with

loose as (

    select distinct item_no, source, submitted_on, 'touchpoint' as axis, touchpoint as label
    from _said
    where polarity = 'negative' and touchpoint is not null and is_unsure
    union all
    select distinct item_no, source, submitted_on, 'theme', theme
    from _said
    where polarity = 'negative' and touchpoint is null and theme is not null

)

select period_no, coalesce(source, 'all') as source, axis, label, count(*) as item_count
from loose
inner join _days using (submitted_on)
where not is_prior
group by grouping sets ((period_no, source, axis, label), (period_no, axis, label))
