-- _items: every feedback item with what all tables need to know of its submission.
--
-- Grain     one row per item; item_no stands for item_id where rows are many
-- Reads     feedback_items, submissions
-- Caveats   A respondent is a customer, or a submission whose customer nobody knows; a hash, for counting only.

select
    row_number() over () as item_no,
    items.item_id,
    items.submission_id,
    submissions.source,
    submissions.submitted_on,
    submissions.masking,
    hash(coalesce(submissions.customer_id, items.submission_id)) as respondent,
    items.content = 'text' and not items.is_spam and items.duplicate_of is null as is_counted
from feedback_items as items
inner join submissions using (submission_id)
