-- One row for each effect of each fact: when it happened (day), when it was known, one up or one down. Rows are never changed.
create table movement (
    fact_id uuid not null,
    line integer not null check (line >= 1),
    subject uuid not null,
    measure text not null,
    day date not null,
    known timestamptz not null,
    amount integer not null check (amount in (1, -1)),
    channel text,
    reason text,
    cohort text,
    force text,
    opened_day date,
    primary key (fact_id, line)
);
create index movement_subject on movement (subject);
create index movement_measure on movement (measure, day);
