create table flags (                       -- words somebody must see today
    item_id varchar not null,
    revision integer not null,
    reason varchar not null,               -- safety, fire_or_injury, legal_or_press, discrimination
    span_start integer not null,           -- offsets into verbatim, end exclusive
    span_end integer not null,
    confidence double not null,
    edition varchar not null               -- of the rules
);

create table flaggings (                   -- marks an item as read by an edition, whatever came of it
    item_id varchar not null,
    revision integer not null,
    edition varchar not null
);
