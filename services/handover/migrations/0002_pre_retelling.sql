-- When an offer was withdrawn; not known of those that were withdrawn before this was kept.
alter table handover add column withdrawn_day date;

-- Who had one force told again what it may not have read, and why; asked_at is the wall's time. None of it is ever told.
create table retelling (
    retelling_id bigint generated always as identity primary key,
    force text not null,
    asked_by text not null,
    reason text not null,
    notices integer not null,
    withdrawals integer not null,
    asked_at timestamptz not null default now()
);
