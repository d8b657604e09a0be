-- source_coverage: who is heard at all, how much could be read, and what was left out.
--
-- Grain     one row per day, source
-- Reads     submissions, feedback_items, _items, mentions, quarantine
-- For       whoever wants to know what a figure cannot say
-- Caveats   Quarantined rows have no day; their number belongs to the source and repeats.

with

read as (

    -- an item is tagged if any segment is, else not sure if any is not sure, else nothing applies
    select
        item_id,
        bool_or(theme_outcome = 'tagged') as is_tagged,
        bool_or(theme_outcome in ('abstained', 'withheld')) as is_abstained
    from mentions
    group by item_id

),

items as (

    select
        submission_id,
        count(*) as item_count,
        count(*) filter (content = 'text') as text_item_count,
        count(*) filter (content = 'text' and is_spam) as spam_item_count,
        count(*) filter (content = 'text' and duplicate_of is not null and not is_spam) as duplicate_item_count,
        count(*) filter (is_counted) as counted_item_count,
        count(*) filter (is_counted and is_tagged) as tagged_item_count,
        count(*) filter (is_counted and not coalesce(is_tagged, false) and is_abstained) as abstained_item_count,
        count(*) filter (is_counted and language <> 'en') as other_language_item_count
    from feedback_items
    inner join _items using (item_id, submission_id)
    left join read using (item_id)
    group by submission_id

),

waiting as (

    select source, count(*) as row_count from quarantine group by source

)

select
    submitted_on, submissions.source, any_value(channel) as channel,
    count(*) as submission_count,
    count(distinct coalesce(customer_id, submission_id)) as customer_count,
    coalesce(sum(item_count), 0)::bigint as item_count,
    coalesce(sum(text_item_count), 0)::bigint as text_item_count,
    coalesce(sum(item_count - text_item_count), 0)::bigint as no_content_item_count,
    coalesce(sum(spam_item_count), 0)::bigint as spam_item_count,
    coalesce(sum(duplicate_item_count), 0)::bigint as duplicate_item_count,
    coalesce(sum(counted_item_count), 0)::bigint as counted_item_count,
    coalesce(sum(tagged_item_count), 0)::bigint as tagged_item_count,
    coalesce(sum(counted_item_count - tagged_item_count - abstained_item_count), 0)::bigint as none_applies_item_count,
    coalesce(sum(abstained_item_count), 0)::bigint as abstained_item_count,
    coalesce(sum(other_language_item_count), 0)::bigint as other_language_item_count,
    max(ingested_at) at time zone 'UTC' as last_ingested_at,
    coalesce(max(waiting.row_count), 0) as quarantined_row_count,
    $model as model, $taxonomy as taxonomy, string_agg(distinct masking, '+' order by masking) as masking
from submissions
left join items using (submission_id)
left join waiting using (source)
group by submitted_on, submissions.source
