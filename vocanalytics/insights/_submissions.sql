-- _submissions: every submission with what all tables need to know of it.
--
-- Grain     one row per submission; submission_no stands for submission_id where rows are many
-- Reads     submissions
-- Caveats   A respondent is a customer, or a submission whose customer nobody knows; a hash, for counting only.

select
    row_number() over (order by submission_id)::integer as submission_no,
    submission_id, source, submitted_on, context_touchpoint, masking,
    hash(coalesce(customer_id, submission_id)) as respondent
from submissions
