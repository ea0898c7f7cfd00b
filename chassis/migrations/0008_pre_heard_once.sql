-- What came from outsiders, by the id under which it came first: what comes again under it is a double. Where the topic is personal both
-- hashes are keyed; `content` is over what is told, null as long as its type was not known, and `value` over the message as it came.
create table heard_once (
    topic text not null,
    id uuid not null,
    content bytea,
    value bytea not null,
    heard_at timestamptz not null default now(),
    primary key (topic, id)
);
create index heard_once_heard_at on heard_once (heard_at);
