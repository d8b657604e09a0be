-- _quotes: how many customers complain in each cell, and up to three of them in their own words.
--
-- Grain     one row per period, source (and `all`), cell with a negative item
-- Reads     _voices, _evidence
-- Caveats   One quote per respondent, no text twice.

with

by_wording as (

    select period_no, source, cell_no, wording, min(nth) as nth, count(*) as respondent_count
    from _voices
    inner join (select nth, wording from _evidence) as worded using (nth)
    group by all

),

best as (

    select period_no, source, cell_no, min(nth, 3) as nths, sum(respondent_count)::bigint as respondent_count
    from by_wording
    group by all

)

-- three joins and no unnest: the texts are long, and this is done for every cell of every period
select
    best.period_no, best.source, best.cell_no, best.respondent_count,
    list_filter([first.evidence, second.evidence, third.evidence], lambda quote: quote is not null) as quotes
from best
left join _evidence as first on first.nth = best.nths[1]
left join _evidence as second on second.nth = best.nths[2]
left join _evidence as third on third.nth = best.nths[3]
