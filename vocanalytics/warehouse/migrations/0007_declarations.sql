alter table ingest_files add column declaration varchar;   -- how the source was declared, as JSON; null before this column
