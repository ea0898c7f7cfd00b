-- Where each partition stood a minute or so ago, with a digest of the value before that place, and how often an operator had moved it by then.
create table earlier_place (
    topic text not null,
    partition integer not null,
    next bigint not null check (next >= 1),
    last_digest bytea not null,
    moves bigint not null,
    primary key (topic, partition)
);
