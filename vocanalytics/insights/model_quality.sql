-- model_quality: how well the classifiers read each label, and what shares are worth after that.
--
-- Grain     one row per model, taxonomy, gold set, axis, label, channel (and `all`), language (and `all`)
-- Reads     model_quality (of the working store), _quality_shares, _withheld, taxonomy_labels, _periods
-- For       analyst, before a number is quoted; whoever decides what to label next
-- Caveats   The newest measurement of each gold set. The audit is one gold set, whenever it was measured.

with

ledger as (

    select *, case when gold like 'audit %' then 'audit' else gold end as gold_set
    from model_quality
    qualify measured_at = max(measured_at) over (partition by model, taxonomy, gold_set)

),

measured as (

    select
        model, taxonomy, gold_set, axis, label, coalesce(channel, 'all') as channel, coalesce(language, 'all') as language,
        measured_at at time zone 'UTC' as measured_at, precision, recall, f1, f1_low, f1_high, support
    from ledger

),

corrected as (

    select * replace (round(100 * predicted, 2) as predicted, round(100 * corrected, 2) as corrected,
        round(100 * low, 2) as low, round(100 * high, 2) as high),
        $model as model, $taxonomy as taxonomy, 'audit' as gold_set
    from _quality_shares

)

select
    model, taxonomy, model = $model and taxonomy = $taxonomy as is_current, gold_set, axis, label,
    coalesce(theme_label, touchpoint_label) as label_name, channel, language, measured_at,
    coalesce(measured.support, corrected.support) as support,
    precision, recall, f1, f1_low, f1_high, min_f1, 
    is_current and (axis, label) in (select (axis, label) from _withheld) as is_withheld,
    row_count as audit_row_count, predicted as share_predicted_pct,
    corrected as share_corrected_pct, low as share_corrected_pct_low, high as share_corrected_pct_high,
    $masking as masking
from measured
full join corrected using (model, taxonomy, gold_set, axis, label, channel, language)
left join taxonomy_labels using (axis, label)
left join taxonomy_themes on axis = 'themes' and theme = label
left join taxonomy_touchpoints on axis = 'touchpoint' and touchpoint = label
