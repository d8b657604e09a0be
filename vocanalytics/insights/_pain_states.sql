-- _pain_states: whether a cell has changed, told once two periods in a row agree.
--
-- Grain     one row per period, source (and `all`), cell with something to compare
-- Reads     _pain_tests, _periods
-- Caveats   new and growing agree: what is new in one period has a past in the next. Not heard is a fact of its period
--           and waits for nothing. A state that is held never goes against the sign of the period's own change.

with

seen as (

    select
        period_kind, period_no, source, cell_no, share, prior_share,
        case
            when q_value < 0.05 and negative_item_count = 0 then 'not_heard'
            when q_value < 0.05 and share > prior_share and prior_negative_item_count = 0 then 'new'
            when q_value < 0.05 and share > prior_share then 'growing'
            when q_value < 0.05 then 'easing'
            else 'no_clear_change'
        end as state_seen,
        case state_seen when 'no_clear_change' then 0 when 'easing' then -1 when 'not_heard' then -1 else 1 end as direction
    from _pain_tests
    inner join _periods using (period_no)
    where is_comparable

),

placed as (

    select *, period_no - lag(period_no) over history as step, lag(direction) over history as direction_before,
        row_number() over history as place
    from seen
    window history as (partition by period_kind, source, cell_no order by period_no)

),

agreed as (

    select *, case
        when step is null or state_seen = 'not_heard' then state_seen
        -- what one period alone has told, the first, does not stand
        when place = 2 and direction = 0 then 'no_clear_change'
        when step = 1 and direction = direction_before then state_seen
        -- a period without a row said nothing
        when step > 1 and direction = 0 then 'no_clear_change'
    end as agreed_state
    from placed

),

standing as (

    select *, last_value(agreed_state ignore nulls) over (
        partition by period_kind, source, cell_no order by period_no rows between unbounded preceding and current row
    ) as standing_state
    from agreed

)

select
    period_no, source, cell_no, state_seen,
    case
        when agreed_state is not null then agreed_state
        when standing_state in ('new', 'growing') and share > prior_share then standing_state
        when standing_state = 'easing' and share < prior_share then standing_state
        else 'no_clear_change'
    end as state
from standing
