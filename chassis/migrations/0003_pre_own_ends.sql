-- Up to where each partition of this service's own topics was told and acknowledged; last_digest is over the value before that place.
create table own_end (
    topic text not null,
    partition integer not null,
    next bigint not null check (next >= 0),
    last_digest bytea,
    halted text,
    primary key (topic, partition)
);

-- Every place that an operator moved: from where, to where, who and why.
create table position_move (
    move_id bigint generated always as identity primary key,
    topic text not null,
    partition integer not null,
    previous bigint not null,
    following bigint not null check (following >= 0),
    halted text,
    moved_by text not null,
    reason text not null,
    moved_at timestamptz not null default now()
);
create index position_move_partition on position_move (topic, partition);
