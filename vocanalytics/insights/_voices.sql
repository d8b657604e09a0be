-- _voices: who complains about what, with the best quote of each.
--
-- Grain     one row per period, source (and `all`), cell, respondent
-- Reads     _evidence, _days

with

by_source as (

    select period_no, source, cell_no, respondent, min(nth) as nth
    from _evidence
    inner join _days using (submitted_on)
    where not is_prior
    group by all

)

from by_source
union all
select period_no, 'all', cell_no, respondent, min(nth)
from by_source
group by all
