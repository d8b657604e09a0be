-- _raked_profiles: which declared categories the sender of a survey response is in.
--
-- Grain     one row per submission of a survey whose population is declared; profile_no stands for profile, a category_no
--           for each of the source's dimensions in their order, -1 where it tells none that is declared
-- Reads     submissions, customers, _submissions, _raked_margins
-- Caveats   Surveys only: nobody knows who could have written a review or a post. What a response tells of itself goes
--           before what is known of its customer.

with

answers as (

    select
        submission_no, known.source, dimension, dimension_no,
        coalesce(
            nullif(trim(dimensions[dimension]), ''),
            case dimension when 'region' then trim(region) when 'loyalty_tier' then trim(loyalty_tier) end
        ) as value
    from submissions
    inner join (select distinct source, dimension, dimension_no from _raked_margins) as known using (source)
    inner join _submissions using (submission_id)
    left join customers using (customer_id)
    where channel = 'survey'

),

told as (

    select submission_no, list(coalesce(category_no, -1) order by dimension_no) as profile
    from answers
    left join _raked_margins using (source, dimension, dimension_no, value)
    group by submission_no

),

numbered as (

    select profile, row_number() over (order by profile) as profile_no from (select distinct profile from told)

)

from told inner join numbered using (profile)
