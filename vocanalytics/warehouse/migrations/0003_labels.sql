-- People in the loop. A segment is known by its place in a verbatim, not by its number: numbers move when splitting
-- changes.

create table label_draws (                 -- every segment that ever stood on a sheet
    item_id varchar not null,
    revision integer not null,
    span_start integer not null,
    span_end integer not null,
    taxonomy varchar not null,
    stratum varchar not null,              -- audit (drawn at random, never trained on), teach
    inclusion_probability double,          -- of the audit; null in teach. The largest of a segment's draws counts
    seed bigint not null,                  -- of the audit: the first draw's, for ever
    drawn_at timestamptz not null
);

create table labels (                      -- what people said; append-only
    import_no integer not null,            -- from 1, in order of import
    item_id varchar not null,
    revision integer not null,
    span_start integer not null,
    span_end integer not null,
    taxonomy varchar not null,
    stratum varchar not null,              -- as it was when the label came in
    coder varchar not null,
    themes_outcome varchar,                -- tagged, none_applies; null: not judged
    themes varchar[] not null,
    touchpoint_outcome varchar,
    touchpoint varchar,
    polarity varchar,                      -- negative, neutral, positive; null: not judged
    is_guess_shown boolean not null,       -- whether the model's guess stood on the coder's sheet
    imported_at timestamptz not null
);

create table replaced_readings (           -- what the model said of segments a label speaks for now
    item_id varchar not null,
    revision integer not null,
    model varchar not null,
    taxonomy varchar not null,
    span_start integer not null,
    span_end integer not null,
    outcome varchar not null,
    touchpoint_outcome varchar not null,
    touchpoint varchar,
    touchpoint_confidence double,
    touchpoint_source varchar,
    stage varchar,
    polarity varchar not null,
    polarity_score double not null,
    polarity_confidence double not null,
    emotion varchar,
    tags struct(theme varchar, theme_confidence double)[] not null
);

-- a segment's stratum: audit for ever once it was drawn for the audit
create view label_strata as
select
    item_id, revision, span_start, span_end, taxonomy,
    case when bool_or(stratum = 'audit') then 'audit' else 'teach' end as stratum,
    max(inclusion_probability) as inclusion_probability
from label_draws
group by all;

-- per segment and coder the latest verdict on each axis
create view coder_labels as
select
    item_id, revision, span_start, span_end, taxonomy, coder,
    max(import_no) as import_no,
    arg_max({'outcome': themes_outcome, 'ids': themes}, import_no)
        filter (where themes_outcome is not null) as themes,
    arg_max({'outcome': touchpoint_outcome, 'id': touchpoint}, import_no)
        filter (where touchpoint_outcome is not null) as touchpoint,
    arg_max(polarity, import_no) filter (where polarity is not null) as polarity
from labels
group by all;

-- per segment the latest verdict on each axis, whoever gave it
create view segment_labels as
select
    item_id, revision, span_start, span_end, taxonomy,
    arg_max({'outcome': themes_outcome, 'ids': themes}, {'import_no': import_no, 'coder': coder})
        filter (where themes_outcome is not null) as themes,
    arg_max({'outcome': touchpoint_outcome, 'id': touchpoint}, {'import_no': import_no, 'coder': coder})
        filter (where touchpoint_outcome is not null) as touchpoint,
    arg_max(polarity, {'import_no': import_no, 'coder': coder}) filter (where polarity is not null) as polarity,
    bool_or(stratum = 'teach') as is_taught,
    bool_or(is_guess_shown) as is_guess_shown
from labels
group by all;

-- what the model itself said of every segment, corrected or not
create view model_readings as
with tagged as (
    select
        item_id, revision, model, taxonomy, segment_no,
        list({'theme': theme, 'theme_confidence': theme_confidence} order by theme_confidence desc, theme) as tags
    from tags
    group by all
)
select
    segments.item_id, segments.revision, segments.model, segments.taxonomy, segments.segment_no,
    segments.span_start, segments.span_end,
    coalesce(own.outcome, segments.outcome) as outcome,
    coalesce(own.touchpoint_outcome, segments.touchpoint_outcome) as touchpoint_outcome,
    case when own.item_id is null then segments.touchpoint else own.touchpoint end as touchpoint,
    case when own.item_id is null then segments.touchpoint_confidence else own.touchpoint_confidence end
        as touchpoint_confidence,
    case when own.item_id is null then segments.touchpoint_source else own.touchpoint_source end as touchpoint_source,
    coalesce(own.polarity, segments.polarity) as polarity,
    coalesce(own.polarity_confidence, segments.polarity_confidence) as polarity_confidence,
    case when own.item_id is null then coalesce(tagged.tags, []) else own.tags end as tags
from segments
left join tagged using (item_id, revision, model, taxonomy, segment_no)
left join replaced_readings as own using (item_id, revision, model, taxonomy, span_start, span_end);
