-- The working store. One writer at a time; readers use data/published/current instead.
-- Only small tables have a primary key: on millions of rows DuckDB's index would not fit the memory promised;
-- the upserts keep the others unique and the published tables' contracts check it.
-- Texts are masked before they get here; customers, keys and contents appear only as keyed digests.

create table schema_version (version integer primary key, applied_at timestamptz not null default now());

create table key_fingerprint (fingerprint varchar primary key);

create table runs (
    run_id varchar primary key,
    kind varchar not null,                 -- daily, ingest, tag, publish, digest
    started_at timestamptz not null,
    finished_at timestamptz,
    state varchar not null,                -- running, completed, failed
    detail varchar                         -- what landed, or why not; never cell content
);

create table ingest_files (
    file_id varchar primary key,           -- source, file name and run
    run_id varchar not null,
    source varchar not null,
    file_name varchar not null,
    state varchar not null,                -- reading, completed, failed, interrupted
    reason varchar,
    file_digest varchar,                   -- keyed digest of bytes, declaration and editions
    row_count bigint not null default 0,   -- = new + revised + unchanged + quarantined + filtered
    new_count bigint not null default 0,
    revised_count bigint not null default 0,
    unchanged_count bigint not null default 0,
    quarantined_count bigint not null default 0,
    filtered_count bigint not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz
);

create table submissions (
    submission_id varchar not null,
    source varchar not null,
    channel varchar not null,
    customer_id varchar,                   -- keyed hash
    submitted_on date not null,            -- in the feed's own zone
    submitted_at timestamptz,
    updated_at timestamptz,
    context_touchpoint varchar,
    dimensions map(varchar, varchar) not null,
    revision integer not null,             -- 1 = as first seen
    content_digest varchar not null,       -- keyed
    masking varchar not null,              -- masking edition
    file_name varchar not null,
    first_ingested_at timestamptz not null,
    ingested_at timestamptz not null
);

create table scores (
    submission_id varchar not null,
    question_id varchar not null,
    question varchar,
    score_scale varchar not null,
    score double not null
);

create table feedback_items (
    item_id varchar not null,
    submission_id varchar not null,
    revision integer not null,
    question_id varchar,                   -- null for a textless item
    question varchar,
    verbatim varchar,                      -- masked; null for a textless item
    content varchar not null,              -- text, no_content
    language varchar,
    language_confidence double,
    word_count integer not null,
    masked_count integer not null,         -- placeholders put in by masking
    text_digest varchar,                   -- keyed digest of the normalised masked text
    duplicate_of varchar,                  -- item_id of the first item with this text, where it counts as a copy
    is_spam boolean not null default false
);

create table item_history (                -- revisions that were replaced
    item_id varchar not null,
    submission_id varchar not null,
    revision integer not null,
    content_digest varchar not null,
    question_id varchar,
    verbatim varchar,
    scores map(varchar, double) not null,
    submitted_on date not null,
    ingested_at timestamptz not null,
    replaced_at timestamptz not null
);

create table customers (
    customer_id varchar primary key,
    region varchar,
    tenure_years double,
    loyalty_tier varchar,
    left_on date,
    attributes map(varchar, varchar) not null
);

create table quarantine (
    source varchar not null,
    file_name varchar not null,
    position bigint not null,
    code varchar not null,
    reason varchar not null,
    fingerprint varchar not null,          -- keyed
    first_seen_at timestamptz not null
);

create table segments (                    -- one idea each; readings of one (model, taxonomy) pair
    item_id varchar not null,
    revision integer not null,
    model varchar not null,
    taxonomy varchar not null,
    segment_no integer not null,           -- from 0, in reading order
    span_start integer not null,           -- offsets into verbatim, end exclusive
    span_end integer not null,
    outcome varchar not null,              -- themes: tagged, none_applies, abstained
    touchpoint_outcome varchar not null,
    touchpoint varchar,
    touchpoint_confidence double,
    touchpoint_source varchar,             -- text, neighbour, context
    stage varchar,
    polarity varchar not null,
    polarity_score double not null,        -- -1 to 1
    polarity_confidence double not null,
    emotion varchar,
    intent varchar
);

create table tags (                        -- a segment's themes; none for an untagged segment
    item_id varchar not null,
    revision integer not null,
    model varchar not null,
    taxonomy varchar not null,
    segment_no integer not null,
    theme varchar not null,
    theme_confidence double not null
);

create table taggings (                    -- marks an item as finished for a pair, whatever came of it
    item_id varchar not null,
    revision integer not null,
    model varchar not null,
    taxonomy varchar not null,
    item_polarity varchar,                 -- negative, neutral, positive, mixed; null without text
    item_polarity_score double,
    tagged_at timestamptz not null
);

create table model_quality (
    measured_at timestamptz not null,
    gold varchar not null,                 -- file name of the gold set and its digest
    model varchar not null,
    taxonomy varchar not null,
    axis varchar not null,                 -- themes, touchpoint, polarity, joint
    label varchar not null,
    channel varchar,
    language varchar,
    precision double,
    recall double,
    f1 double,
    f1_low double,
    f1_high double,
    support bigint not null
);
