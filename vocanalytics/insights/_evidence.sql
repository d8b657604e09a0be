-- _evidence: negative segments in the order of preference as quotes, the same in every cell.
--
-- Grain     one row per segment, cell of an item that is negative there; nth = 1 is the best quote of all
-- Reads     mentions, _items, _frame, _cells
-- Caveats   Confident ones first, then a readable length, then recent.

select
    row_number() over (order by
        round(least(mentions.polarity_confidence, mentions.theme_confidence), 1) desc,
        length(mentions.quote) between 40 and 240 desc,
        cells.submitted_on desc, mentions.item_id, mentions.segment_no, cell_no
    ) as nth,
    cell_no, cells.source, cells.submitted_on, cells.respondent,
    hash(lower(trim(mentions.quote))) as wording,
    {
        'item_id': mentions.item_id, 'span_start': mentions.span_start, 'span_end': mentions.span_end,
        'quote': mentions.quote
    } as evidence
from mentions
inner join _items using (item_id)
inner join _frame on _frame.touchpoint = coalesce(mentions.touchpoint, '(unplaced)') and _frame.theme = mentions.theme
inner join _cells as cells using (item_no, cell_no)
where mentions.polarity = 'negative' and cells.is_negative
