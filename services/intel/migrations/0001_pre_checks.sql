-- One row for each intelligence check; it is open until a day of sending is known.
create table intel_check (
    check_id uuid primary key,
    record_id uuid not null,
    opened_day date not null,
    due_day date not null check (due_day >= opened_day),
    sent_day date check (sent_day >= opened_day)
);
create index intel_check_record on intel_check (record_id);
create index intel_check_due on intel_check (due_day) where sent_day is null;
