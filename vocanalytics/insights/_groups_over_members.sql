-- _groups_over_members: which customers, cars and places each item stands for.
--
-- Grain     one row per period, item, attribute of its submission or customer
-- Reads     _items, _days, _periods, submissions, customers
-- Caveats   The latest complete period of each kind, and the whole history.

with

days as (

    from _days semi join (
        select period_no from _periods where is_complete
        qualify row_number() over (partition by period_kind order by period_on desc) = 1
    ) as told_for using (period_no)
    where not is_prior

),

attributes as (

    -- a map is not put together where one is enough
    select submission_id, unnest(map_entries(case
        when region is null and loyalty_tier is null then dimensions
        else map_concat(
            dimensions,
            case when region is not null then map {'region': region} end,
            case when loyalty_tier is not null then map {'loyalty_tier': loyalty_tier} end
        )
    end)) as attribute
    from submissions left join customers using (customer_id)

)

select period_no, item_no, _items.source, attribute.key as dimension, attribute.value as value
from attributes
inner join _items using (submission_id)
inner join days using (submitted_on)
where attribute.key <> 'occurred_on' and attribute.value <> '' and _items.is_counted and submitted_on <= $as_of
