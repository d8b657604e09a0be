-- _driver_mentions: what each submission is clearly for or against, once however often it says so.
--
-- Grain     one row per submission, level (touchpoint or theme), place
-- Reads     mentions, _items
-- Caveats   Praise and complaint about the same place are neither; neutral mentions are no driver; nor is the theme
--           `overall`, which repeats the score in words.

with

said as (

    select item_id, 'touchpoint' as level, touchpoint as place, polarity
    from mentions
    where is_counted and touchpoint is not null and polarity in ('negative', 'positive')
    union all
    select item_id, 'theme', theme, polarity
    from mentions
    where is_counted and theme <> 'overall' and polarity in ('negative', 'positive')

)

select submission_id, level, place, any_value(polarity) as polarity
from said
inner join _items using (item_id)
group by submission_id, level, place
having count(distinct polarity) = 1
