-- A recall that is under way, at most one, and what it has in hand: kept outside its transaction, so that it outlives the process.
create table recall_under_way (
    only_row boolean primary key default true check (only_row),
    in_hand text
);

-- How often a recall ended with its process, or in a statement that never did, while it had this in hand: a place, or what caused something.
create table recall_try (
    in_hand text primary key,
    tries integer not null
);

-- What waits for a gap is looked through every few seconds for what waits for nothing any more. `held` has few rows:
-- squawk-ignore require-concurrent-index-creation
create index held_waiting on held (topic, subject) where reason = 'gap';
