-- _said: the mentions that count, without their words.
--
-- Grain     one row per item, segment, theme, as in mentions
-- Reads     mentions, _items, _frame
-- Caveats   cell_no is null where there is no theme.

select
    item_no, submission_no, _items.source, _items.submitted_on, respondent,
    mentions.touchpoint, mentions.theme, polarity, cell_no,
    theme_outcome in ('abstained', 'withheld') as is_unsure,
    coalesce(touchpoint_source = 'text', false) as is_from_text
from mentions
inner join _items using (item_id)
left join _frame on _frame.touchpoint = coalesce(mentions.touchpoint, '(unplaced)') and _frame.theme = mentions.theme
where _items.is_counted and _items.submitted_on <= $as_of
