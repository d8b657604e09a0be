-- _group_facts: what a submission is told by: its dimensions, and the attributes of its customer.
--
-- Grain     one row per submission, group_kind (dimension or attribute), dimension
-- Reads     submissions, customers

with

attributes as (

    select submission_id, unnest(map_concat(customers.attributes, map {
        'region': region,
        'loyalty_tier': loyalty_tier,
        'tenure_years': case
            when tenure_years < 1 then 'under 1' when tenure_years < 3 then '1 to 3' when tenure_years < 5 then '3 to 5'
            when tenure_years < 10 then '5 to 10' when tenure_years >= 10 then '10 and over'
        end,
        'has_left': case when coalesce(left_on <= $as_of, false) then 'yes' else 'no' end
    }).map_entries()) as entry
    from submissions
    inner join customers using (customer_id)

),

facts as (

    select submission_id, 'dimension' as group_kind, unnest(map_keys(dimensions)) as dimension,
        unnest(map_values(dimensions)) as group_value
    from submissions
    union all
    select submission_id, 'attribute', entry.key, entry.value from attributes

)

from facts
where trim(group_value) <> ''
