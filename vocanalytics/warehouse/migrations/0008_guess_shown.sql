-- whether the guess was in sight is told of the verdicts that count, not of those that later ones replaced
create or replace view segment_labels as
select
    item_id, revision, span_start, span_end, taxonomy,
    arg_max({'outcome': themes_outcome, 'ids': themes}, {'import_no': import_no, 'coder': coder})
        filter (where themes_outcome is not null) as themes,
    arg_max({'outcome': touchpoint_outcome, 'id': touchpoint}, {'import_no': import_no, 'coder': coder})
        filter (where touchpoint_outcome is not null) as touchpoint,
    arg_max(polarity, {'import_no': import_no, 'coder': coder}) filter (where polarity is not null) as polarity,
    bool_or(stratum = 'teach') as is_taught,
    coalesce(greatest(
        arg_max(is_guess_shown, {'import_no': import_no, 'coder': coder}) filter (where themes_outcome is not null),
        arg_max(is_guess_shown, {'import_no': import_no, 'coder': coder}) filter (where touchpoint_outcome is not null),
        arg_max(is_guess_shown, {'import_no': import_no, 'coder': coder}) filter (where polarity is not null)
    ), false) as is_guess_shown
from labels
group by all;
