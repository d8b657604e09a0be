-- _movement_arrivals: the first publication that can have known each submission.
--
-- Grain     one row per submission; arrival_no is above every publication's for what came after the last
-- Reads     submissions, _submissions, publications (of the working store)

with

numbered as (

    select row_number() over (order by published_at, publication) as told_no, published_at from publications

),

received as (

    select submission_no, first_ingested_at
    from submissions inner join _submissions using (submission_id)

)

select submission_no, coalesce(told_no, 1 + (select count(*) from publications)) as arrival_no
from received
asof left join numbered on numbered.published_at >= received.first_ingested_at
