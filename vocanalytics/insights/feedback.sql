-- feedback: every feedback item with its words, its scores and the customer's circumstances.
--
-- Grain     one row per item
-- Reads     feedback_items, submissions, scores, customers, segments, taggings, _items, _periods
-- For       the analyst, as the place to filter and read
-- Caveats   No customer and no submission key leaves the store.

with

scored as (

    select
        submission_id,
        map_from_entries(list_sort(list((question_id, score)))) as scores,
        only_score(score_scale = 'nps_0_10', score) as nps,
        only_score(score_scale = 'csat_1_5', score) as csat,
        only_score(score_scale = 'ces_1_7', score) as ces,
        only_score(score_scale = 'stars_1_5', score) as stars,
        only_score(score_scale = 'rating_1_10', score) as rating
    from scores
    group by submission_id

),

felt as (

    select item_id, revision, arg_max(emotion, {'n': n, 'early': -first_no}) as main_emotion
    from (
        select item_id, revision, emotion, count(*) as n, min(segment_no) as first_no
        from segments
        where model = $model and taxonomy = $taxonomy and emotion is not null
        group by all
    )
    group by item_id, revision

),

wanted as (

    select item_id, revision, arg_max(intent, {'n': n, 'early': -first_no}) as main_intent
    from (
        select item_id, revision, intent, count(*) as n, min(segment_no) as first_no
        from segments
        where model = $model and taxonomy = $taxonomy and intent is not null
        group by all
    )
    group by item_id, revision

)

select
    items.item_id, submissions.source, submissions.channel, submissions.submitted_on,
    submissions.submitted_at at time zone 'UTC' as submitted_at,
    items.question_id, items.question, items.verbatim, items.content, items.language, submissions.context_touchpoint,
    taggings.item_polarity, taggings.item_polarity_score, felt.main_emotion, wanted.main_intent,
    coalesce(scored.scores, map([]::varchar[], []::double[])) as scores,
    scored.nps, scored.csat, scored.ces, scored.stars, scored.rating,
    dimensions['outlet'] as outlet, dimensions['market'] as market, dimensions['model'] as vehicle_model,
    try_cast(dimensions['model_year'] as integer) as model_year,
    dimensions['powertrain'] as powertrain, dimensions['software_version'] as software_version,
    dimensions['sales_route'] as sales_route, dimensions['customer_type'] as customer_type,
    dimensions['variant'] as variant, try_cast(dimensions['occurred_on'] as date) as occurred_on,
    map_from_entries(list_filter(map_entries(dimensions), lambda entry: entry.key not in (
        'outlet', 'market', 'model', 'model_year', 'powertrain', 'software_version', 'sales_route', 'customer_type',
        'variant', 'occurred_on'
    ))) as dimensions,
    customers.region, customers.tenure_years, customers.loyalty_tier,
    case when customers.customer_id is not null then coalesce(customers.left_on <= $as_of, false) end as has_left,
    coalesce(customers.attributes, map([]::varchar[], []::varchar[])) as attributes,
    items.revision, items.duplicate_of, items.duplicate_of is not null as is_duplicate, items.is_spam, _items.is_counted,
    $model as model, $taxonomy as taxonomy, submissions.masking
from feedback_items as items
inner join submissions using (submission_id)
inner join _items using (item_id)
left join taggings on taggings.item_id = items.item_id and taggings.revision = items.revision
    and taggings.model = $model and taggings.taxonomy = $taxonomy
left join felt on felt.item_id = items.item_id and felt.revision = items.revision
left join wanted on wanted.item_id = items.item_id and wanted.revision = items.revision
left join scored on scored.submission_id = items.submission_id
left join customers on customers.customer_id = submissions.customer_id
