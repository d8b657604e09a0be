-- _feeds: what is known of a feed as a whole, from its files and what waits in quarantine.
--
-- Grain     one row per source that was ever read
-- Reads     ingest_files, quarantine, submissions
-- Caveats   Of a file that was read again, the last time it was read whole.

with

files as (

    select
        source, file_name, arg_max(row_count, started_at) filter (state = 'completed') as row_count,
        max(started_at) as read_at, 0 as quarantined_count
    from ingest_files
    group by source, file_name
    union all
    select source, null, null, max(first_seen_at), count(*) from quarantine group by source

)

select
    source, sum(row_count)::bigint as read_row_count, sum(quarantined_count)::bigint as quarantined_row_count,
    -- a feed none of whose rows could be read has no day but that of its last delivery
    case when quarantined_row_count > 0 and source not in (select source from submissions)
        then (max(read_at) at time zone 'UTC')::date end as unread_on
from files
group by source
