-- When something was last handled here, to within some seconds: what failed since then failed in a row, however long that took.
create table last_handled (
    only_row boolean primary key default true check (only_row),
    at timestamptz not null
);
insert into last_handled (at) values (now());
