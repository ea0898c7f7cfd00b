-- Where each partition is to be read on from, kept with the effects of what was read.
create table positions (
    topic text not null,
    partition integer not null,
    next bigint not null check (next >= 0),
    last_digest bytea,
    halted text,
    primary key (topic, partition)
);

-- The last version heard of each subject on topics that keep an order, with eight bytes of the content of every version.
create table seen (
    topic text not null,
    subject text not null,
    version integer not null check (version >= 1),
    hashes bytea not null check (length(hashes) = version * 8),
    primary key (topic, subject)
);

-- What could not be applied: the original (key, value and headers in one piece), its coordinates, and a reason that echoes nothing.
-- Of personal topics the original is sealed and the subject a keyed hash.
create table held (
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    reason text not null check (reason in ('malformed', 'unknown-type', 'poison', 'after-poison', 'gap')),
    complaint text not null,
    subject text,
    version integer,
    original bytea not null,
    held_at timestamptz not null,
    primary key (topic, partition, "offset")
);
create index held_subject on held (topic, subject) where subject is not null;

-- What this service has said, each once; the payload of what is personal goes when the broker has it.
create table said (
    id uuid primary key,
    topic text not null,
    key text not null,
    subject text not null,
    version integer not null check (version >= 1),
    content_hash bytea not null,
    payload bytea,
    traceparent text,
    said_at timestamptz not null,
    unique (topic, subject, version)
);

-- What the broker has not acknowledged yet.
create table outbox (
    seq bigint generated always as identity primary key,
    said_id uuid not null,
    queued_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A mark of the keys that this database is sealed under; at most one row.
create table key_check (
    only_row boolean primary key default true check (only_row),
    lookup bytea not null,
    probe bytea not null
);

-- The event clock, where a scenario's calendar is followed; at most one row.
create table event_clock (
    only_row boolean primary key default true check (only_row),
    now timestamptz not null
);
