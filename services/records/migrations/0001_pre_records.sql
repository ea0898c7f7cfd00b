-- A person convicted abroad. Destroying wrapped_key makes all that is sealed under it unreadable. birth_date is sealed.
create table record (
    record_id uuid primary key,
    cohort text not null check (cohort in ('ukso', 'fnso')),
    state text not null check (state in ('managed', 'transferred', 'closed')),
    wrapped_key bytea not null,
    birth_date bytea,
    force text,
    handover_id uuid,
    effective_day date,
    close_reason text,
    closed_on date,
    closed_by text,
    check ((state = 'transferred') = (force is not null)),
    check (state <> 'closed' or (close_reason is not null and closed_by is not null))
);

-- One row per telling that is not a mere repetition. reference_key and content_key are keyed hashes of the channel's reference and of
-- the content. The content is kept, sealed, where a record has it (under the record's key) or a person is still to decide (under
-- its own); of what was refused nothing is.
create table notification (
    notification_id uuid primary key,
    reference_key bytea not null,
    telling integer not null check (telling >= 1),
    channel text not null,
    content_key bytea not null,
    state text not null check (state in ('accepted', 'refused', 'referred', 'duplicated')),
    reason text,
    record_id uuid references record (record_id),
    wrapped_key bytea,
    content bytea,
    decided_on date not null,
    decided_by text,
    unique (reference_key, telling),
    check ((state in ('accepted', 'duplicated')) = (record_id is not null)),
    check ((state in ('refused', 'referred')) = (reason is not null)),
    check ((state = 'referred') = (wrapped_key is not null)),
    check ((state = 'refused') = (content is null))
);

-- Each number that a person goes by, as a keyed hash: one number, one record.
create table number (
    number_key bytea primary key,
    record_id uuid not null references record (record_id)
);

-- Full name with full birth date, as a keyed hash. Two people may share it.
create table namesake (
    namesake_key bytea not null,
    record_id uuid not null references record (record_id),
    primary key (namesake_key, record_id)
);

-- Each conviction of a record, with the notification that brought it first. court_day_key is a keyed hash of the country and day of the
-- decision, conviction_key one of these and the categories of its offences.
create table conviction (
    record_id uuid not null references record (record_id),
    conviction_key bytea not null,
    court_day_key bytea not null,
    notification_id uuid not null references notification (notification_id),
    primary key (record_id, conviction_key)
);

-- Who is expected to land. The content is sealed, under the record's key or, until a person has found the record, under its own.
create table travel_notice (
    travel_id uuid primary key,
    reference_key bytea not null,
    telling integer not null check (telling >= 1),
    sender text not null,
    content_key bytea not null,
    state text not null check (state in ('matched', 'referred')),
    reason text,
    record_id uuid references record (record_id),
    landing_day date not null,
    wrapped_key bytea,
    content bytea not null,
    decided_on date not null,
    unique (reference_key, telling),
    check ((state = 'matched') = (record_id is not null)),
    check ((state = 'referred') = (reason is not null)),
    check ((state = 'referred') = (wrapped_key is not null))
);
create index travel_notice_referred on travel_notice (landing_day) where state = 'referred';
