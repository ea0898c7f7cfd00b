-- `held` has few rows, and locking it for a moment is what this file is for:
-- squawk-ignore-file adding-field-with-default, ban-drop-constraint, constraint-missing-not-valid
-- squawk-ignore-file adding-serial-primary-key-field, require-concurrent-index-creation

-- What is held has an id of its own: coordinates come again when a topic is made again. kept_at is the wall's time; held_at stays the
-- occasion's. Tools write orders here and nothing else; the consumer carries them out.
alter table held
    add column held_id uuid not null default gen_random_uuid(),
    add column kept_at timestamptz not null default now(),
    add column ordered text check (ordered in ('redrive', 'release', 'discard')),
    add column ordered_by text,
    add column ordered_at timestamptz,
    add column order_reason text,
    add column order_tries integer not null default 0;
update held set kept_at = held_at;
alter table held drop constraint held_pkey;
alter table held add primary key (held_id);
create index held_ordered on held (ordered_at) where ordered is not null;
create index held_behind on held (topic, subject) where reason = 'after-poison';
create index held_recent on held (topic, kept_at);

-- What became of each order, also of those given back.
create table answered_order (
    answer_id bigint generated always as identity primary key,
    held_id uuid not null,
    topic text not null,
    partition integer not null,
    "offset" bigint not null,
    ordered text not null check (ordered in ('redrive', 'release', 'discard')),
    ordered_by text not null,
    ordered_at timestamptz not null,
    order_reason text not null,
    answered_at timestamptz not null default now(),
    complaint text
);

-- Who looked at the original of something held, and why.
create table looked_at (
    look_id bigint generated always as identity primary key,
    held_id uuid not null,
    looked_by text not null,
    reason text not null,
    looked_at timestamptz not null default now()
);

-- How often reading was tried from a place: values from next up to before reach were tried so often, at next once more than beyond it.
create table attempt (
    topic text not null,
    partition integer not null,
    next bigint not null,
    reach bigint not null,
    tries integer not null,
    primary key (topic, partition)
);

-- Why nothing is read any more: from one topic, or from any (topic '*'), until an operator clears it.
create table stop (
    topic text primary key,
    why text not null,
    held bigint not null,
    since timestamptz not null default now()
);

create table cleared_stop (
    clearing_id bigint generated always as identity primary key,
    topic text not null,
    why text not null,
    held bigint not null,
    since timestamptz not null,
    cleared_by text not null,
    cleared_reason text not null,
    cleared_at timestamptz not null default now()
);
