create table publications (                -- what was told, and when: kept when the folder itself is pruned
    publication varchar primary key,       -- its folder's name
    published_at timestamptz not null,
    as_of date not null,                   -- last day of its data
    model varchar not null,
    taxonomy varchar not null
);
