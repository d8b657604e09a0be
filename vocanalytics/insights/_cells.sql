-- _cells: what each counted item feels about each theme at each touchpoint, once however often it says so.
--
-- Grain     one row per item, cell; items whose touchpoint could not be told are at `(unplaced)`
-- Reads     mentions, _items, _frame
-- Caveats   Praise and complaint about the same cell make the item mixed there.

select
    item_no,
    cell_no,
    any_value(_items.source) as source,
    any_value(_items.submitted_on) as submitted_on,
    any_value(_items.submission_id) as submission_id,
    any_value(_items.respondent) as respondent,
    bool_or(polarity = 'negative') and not bool_or(polarity = 'positive') as is_negative,
    bool_or(polarity = 'negative') and bool_or(polarity = 'positive') as is_mixed,
    coalesce(bool_or(touchpoint_source = 'text'), false) as is_from_text
from mentions
inner join _items using (item_id)
inner join _frame on _frame.touchpoint = coalesce(mentions.touchpoint, '(unplaced)') and _frame.theme = mentions.theme
where _items.is_counted and _items.submitted_on <= $as_of
group by item_no, cell_no
