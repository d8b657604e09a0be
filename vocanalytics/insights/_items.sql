-- _items: every feedback item with what all tables need to know of its submission.
--
-- Grain     one row per item; item_no stands for item_id where rows are many
-- Reads     feedback_items, _submissions
-- Caveats   apart: days to the nearest other item of the respondent, null where there is none; in a span no longer than
--           that it is the respondent's only one, which makes counting by respondent cheap.

select
    row_number() over ()::integer as item_no,
    items.item_id,
    submission_no,
    items.submission_id,
    source,
    submitted_on,
    masking,
    respondent,
    least(submitted_on - lag(submitted_on) over said, lead(submitted_on) over said - submitted_on) as apart,
    least(submitted_on - lag(submitted_on) over here, lead(submitted_on) over here - submitted_on) as apart_in_source,
    items.content = 'text' as is_text,
    is_text and not items.is_spam and items.duplicate_of is null as is_counted
from feedback_items as items
inner join _submissions using (submission_id)
window
    said as (partition by respondent order by submitted_on),
    here as (partition by respondent, source order by submitted_on)
