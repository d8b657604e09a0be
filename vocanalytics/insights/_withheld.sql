-- _withheld: labels whose latest measured F1 lies below what the taxonomy asks of them.
--
-- Grain     one row per axis, label
-- Reads     model_quality, taxonomy_labels
-- Caveats   A label nobody measured is not withheld. Over all channels and languages; of several gold sets measured
--           at the same moment the largest decides.

with

latest as (

    select axis, label, arg_max(f1, {'measured_at': measured_at, 'support': support}) as f1
    from model_quality
    where model = $model and taxonomy = $taxonomy
        and channel is null and language is null and f1 is not null
        and support >= 20   -- fewer coded cases do not show that a label reads badly
    group by axis, label

)

select axis, label
from latest
inner join taxonomy_labels using (axis, label)
where latest.f1 < taxonomy_labels.min_f1
