-- _ranks: between which ranks a cell might stand, had chance fallen otherwise.
--
-- Grain     one row per period, source (and `all`), cell with a rank; the procedure gives back one row for each
-- Reads     _ranks_weighed
-- Caveats   A severity whose own gap lies above 0 is drawn from that gap, not from the 0 it is cut at.

select
    period_no::double as period_no,
    source_no::double as source_no,
    priority_rank::double as priority_rank,
    shrunken_share, shrunken_base,
    case when own_severity is null then severity
        else -score_gap / (scale_high(main.score_scale) - scale_low(main.score_scale)) end as severity,
    coalesce(severity_error, 0) as severity_error
from _ranks_weighed
where priority_rank is not null
order by period_no, source_no, priority_rank
