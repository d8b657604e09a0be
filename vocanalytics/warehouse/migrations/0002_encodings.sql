create table encodings (                   -- what the network said of a text; a cache, safe to empty
    network varchar not null,
    text_digest varchar not null,
    vector blob not null
);
