create table comparisons (                 -- one row per item read, whatever came of it
    item_id varchar not null,
    revision integer not null,
    edition varchar not null,              -- of the rules and the list of brands
    found struct(brand varchar, span_start integer, span_end integer)[] not null   -- other brands it names
);
