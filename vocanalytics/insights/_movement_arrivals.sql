-- _movement_arrivals: the first publication that can have known each submission.
--
-- Grain     one row per submission; arrival_no is above every publication's for what came after the last
-- Reads     submissions, publications (of the working store)

with

numbered as (

    select row_number() over (order by published_at, publication) as told_no, published_at from publications

)

select submission_id, coalesce(told_no, 1 + (select count(*) from publications)) as arrival_no
from submissions
asof left join numbered on numbered.published_at >= submissions.first_ingested_at
