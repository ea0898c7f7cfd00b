-- One row for each record: every decision about who takes a person on is made while this row is locked.
create table caseload (
    record_id uuid primary key,
    cohort text not null check (cohort in ('ukso', 'fnso')),
    state text not null check (state in ('managed', 'waiting', 'offered', 'accepted', 'transferred', 'closed')),
    landing_day date check (landing_day is not null or state in ('managed', 'closed')),
    handover_id uuid check (handover_id is not null or state in ('managed', 'waiting', 'closed'))
);
create index caseload_state on caseload (state, landing_day);

-- One row for each offer to a force, changed only under the row of its record.
create table handover (
    handover_id uuid primary key,
    record_id uuid not null references caseload (record_id),
    force text not null,
    state text not null check (state in ('offered', 'accepted', 'declined', 'withdrawn', 'effective')),
    landing_day date not null,
    offered_day date not null,
    accepted_day date,
    effective_day date check (effective_day is not null or state <> 'effective'),
    reason text,
    decided_by text
);
create index handover_record on handover (record_id);
-- One manager at any instant, and at most one who has been asked.
create unique index handover_open on handover (record_id) where state in ('offered', 'accepted', 'effective');

-- What was told and changed nothing, for a person to look at.
create table stray (
    about uuid not null,
    force text not null,
    told text not null,
    reason text not null,
    day date not null,
    primary key (about, force, told, reason)
);
