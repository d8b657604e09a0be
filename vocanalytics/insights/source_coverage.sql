-- source_coverage: who is heard at all, how much could be read, and what was left out.
--
-- Grain     one row per day, source
-- Reads     submissions, feedback_items, _items, mentions, _feeds
-- For       whoever wants to know what a figure cannot say
-- Caveats   Rows of files have no day; their numbers belong to the source and repeat.

with

read as (

    -- an item is tagged if any segment is, else not sure if any is not sure, else nothing applies
    select item_id, bool_or(theme_outcome = 'tagged') as is_tagged,
        bool_or(theme_outcome in ('abstained', 'withheld')) as is_abstained
    from mentions
    group by item_id

),

items as (

    select
        submission_id,
        count(*) as item_count, count(*) filter (content = 'text') as text_item_count,
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

-- only who has two items on one day can repeat on it
repeated as (

    select submitted_on, source, sum(m * m - m) as doubled
    from (
        select submitted_on, source, respondent, count(*) as m
        from _items where is_counted and apart_in_source = 0 group by all
    )
    group by all

),

heard as (

    select submission_id, submitted_on, source, channel, customer_id, ingested_at, masking from submissions
    union all by name
    select unread_on as submitted_on, source from _feeds where unread_on is not null

)

select
    submitted_on, heard.source, any_value(channel) as channel, count(submission_id) as submission_count,
    count(distinct coalesce(customer_id, submission_id)) as customer_count,
    coalesce(sum(item_count), 0)::bigint as item_count,
    coalesce(sum(text_item_count), 0)::bigint as text_item_count,
    coalesce(sum(item_count - text_item_count), 0)::bigint as no_content_item_count,
    coalesce(sum(spam_item_count), 0)::bigint as spam_item_count,
    coalesce(sum(duplicate_item_count), 0)::bigint as duplicate_item_count,
    coalesce(sum(counted_item_count), 0)::bigint as counted_item_count,
    coalesce(round(
        sum(counted_item_count) ^ 2 / nullif(sum(counted_item_count) + coalesce(any_value(doubled), 0), 0), 2
    ), 0) as effective_item_count,
    coalesce(sum(tagged_item_count), 0)::bigint as tagged_item_count,
    coalesce(sum(counted_item_count - tagged_item_count - abstained_item_count), 0)::bigint as none_applies_item_count,
    coalesce(sum(abstained_item_count), 0)::bigint as abstained_item_count,
    coalesce(sum(other_language_item_count), 0)::bigint as other_language_item_count,
    max(ingested_at) at time zone 'UTC' as last_ingested_at, any_value(read_row_count) as read_row_count,
    coalesce(any_value(quarantined_row_count), 0) as quarantined_row_count,
    $model as model, $taxonomy as taxonomy, coalesce(string_agg(distinct masking, '+' order by masking), $masking) as masking
from heard
left join items using (submission_id)
left join _feeds using (source) left join repeated using (submitted_on, source)
group by submitted_on, heard.source
