-- _cells: what each counted item feels about each theme at each touchpoint, once however often it says so.
--
-- Grain     one row per item, cell; items whose touchpoint could not be told are at `(unplaced)`
-- Reads     _said
-- Caveats   Praise and complaint about the same cell make the item mixed there.

select
    item_no,
    cell_no,
    any_value(source) as source,
    any_value(submitted_on) as submitted_on,
    any_value(submission_no) as submission_no,
    any_value(respondent) as respondent,
    bool_or(polarity = 'negative') and not bool_or(polarity = 'positive') as is_negative,
    bool_or(polarity = 'negative') and bool_or(polarity = 'positive') as is_mixed,
    bool_or(is_from_text) as is_from_text
from _said
where cell_no is not null
group by item_no, cell_no
