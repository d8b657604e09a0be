-- _driver_mentions: what each submission is clearly for or against, once however often it says so.
--
-- Grain     one row per submission, level (touchpoint or theme), place
-- Reads     _said
-- Caveats   Praise and complaint about the same place are neither; neutral mentions are no driver; nor is the theme
--           `overall`, which repeats the score in words.

with

said as (

    select submission_no, 'touchpoint' as level, touchpoint as place, polarity
    from _said
    where touchpoint is not null and polarity in ('negative', 'positive')
    union all
    select submission_no, 'theme', theme, polarity
    from _said
    where theme <> 'overall' and polarity in ('negative', 'positive')

)

select submission_no, level, place, any_value(polarity) as polarity
from said
group by submission_no, level, place
having min(polarity) = max(polarity)
