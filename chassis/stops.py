"""When reading stops until an operator has looked: too much failed that is our own doing, or one outsider sends too much garbage.

A number in a set time, counted among what is held, and never a share: at 63 messages a day one bad one would be all of them. What is our
own doing counts, too, however long it took, if nothing was handled in between: a release that ends over every message is started again
ever more slowly, and on a quiet day no set time sees enough.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asyncpg import Record

from chassis.database import Pool, Transaction
from chassis.held import Held
from chassis.settings import Settings
from contracts.catalogue import SERVICES, TOPICS, Topic
from contracts.codes import HoldReason

ALL = "*"
"""In place of a topic: the whole service reads nothing."""

FAILURES = frozenset({HoldReason.MALFORMED, HoldReason.UNKNOWN_TYPE, HoldReason.POISON})
"""What waits behind something else is nobody's failure."""

OUR_FAILURES = FAILURES - {HoldReason.UNKNOWN_TYPE}
"""Of our own topics a type that is not known yet is a release under way: the newer instances take it up by themselves."""

OUR_DOING = "what could not be applied is the doing of this line itself"
GARBAGE = "what could not be applied came from one outside sender"
OUR_HANDLER = "our handler failed on what one outside sender sent"

# What was held before the last clearing has been looked at. A handler that fails is ours, whoever sent what it failed on; but the sender of
# most of that is left out, so that nobody stops everybody alone.
STOP_ALL = f"""
with failed as (
    select topic = any($1::text[]) as ours, count(*) as number from held
    where (topic = any($1::text[]) and reason = any($2::text[]) or topic = any($5::text[]) and reason = 'poison') and kept_at > greatest(
        least(now() - make_interval(secs => $3), (select at from last_handled)),
        (select max(cleared_at) from cleared_stop where cleared_stop.topic in ('{ALL}', $6 || held.topic)))
    group by topic
), counted as (
    select sum(number) - coalesce(max(number) filter (where not ours), 0) as number from failed
)
insert into stop (topic, why, held)
select '{ALL}', '{OUR_DOING}', number from counted where number >= $4
on conflict (topic) do nothing
"""  # noqa: S608 - our own words

STOP_TOPICS = f"""
insert into stop (topic, why, held)
select $5 || held.topic, $6, count(*) from held
where held.topic = any($1::text[]) and reason = any($2::text[]) and kept_at > greatest(
    least(now() - make_interval(secs => $3), (select at from last_handled where $6 = '{OUR_HANDLER}')),
    (select max(cleared_at) from cleared_stop where cleared_stop.topic = $5 || held.topic))
group by held.topic having count(*) >= $4
on conflict (topic) do nothing
"""  # noqa: S608 - our own word

READ = "select topic, why, held from stop"

CLEAR = """
with gone as (delete from stop where topic = $1 returning topic, why, held, since)
insert into cleared_stop (topic, why, held, since, cleared_by, cleared_reason)
select topic, why, held, since, $2, $3 from gone returning topic
"""


LIFT = "delete from stop returning topic, why, held, since"
PUT_BACK = "insert into stop (topic, why, held, since) values ($1, $2, $3, $4)"

HANDLED = "update last_handled set at = now()"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many failures in how many seconds: of our own doing, and of any one outside sender's."""

    own: int
    own_seconds: int
    outside: int
    outside_seconds: int


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.stop_after, settings.stop_within_seconds, settings.channel_stop_after, settings.channel_stop_within_seconds)


async def write(tx: Transaction, newly: Iterable[Held], limits: Limits, topic_prefix: str) -> None:
    """Stop what has to be stopped, in the transaction in which the last straw is held."""
    failed = [each for each in newly if each.reason in FAILURES]
    outside = sorted({each.topic.name for each in failed if is_outside(each.topic)})
    if any(each.reason is HoldReason.POISON or not is_outside(each.topic) for each in failed):
        await tx.execute(STOP_ALL, OWN, sorted(OUR_FAILURES), limits.own_seconds, limits.own, OUTSIDE, topic_prefix)
    if outside:
        await tx.execute(STOP_TOPICS, outside, [HoldReason.POISON], limits.own_seconds, limits.own, topic_prefix, OUR_HANDLER)
        await tx.execute(STOP_TOPICS, outside, sorted(FAILURES), limits.outside_seconds, limits.outside, topic_prefix, GARBAGE)


async def read(pool: Pool) -> dict[str, str]:
    """Why nothing is read, by the topic's name in Kafka, or `ALL`."""
    return {row["topic"]: f"{row['why']}: {row['held']} of it" for row in await pool.fetch(READ)}


async def clear(database: "Pool | Transaction", topic: str, by: str, why: str) -> bool:
    """Let it be read again, and keep who said so; whether it was stopped."""
    return await database.fetchval(CLEAR, topic, by, why) is not None


async def lift(tx: Transaction) -> list[Record]:
    """Take all stops away for the rest of this transaction: what was handled once is recalled whatever has been stopped since."""
    return list(await tx.fetch(LIFT))


async def put_back(tx: Transaction, stopped: Iterable[Record]) -> None:
    """As they were. What could not be handled before that is followed by what was."""
    await tx.execute(HANDLED)
    await lift(tx)
    await tx.executemany(PUT_BACK, [tuple(each) for each in stopped])


def why_stopped(topic: str, stops: Mapping[str, str]) -> str | None:
    """Why this topic is not read, if it is not."""
    return stops.get(ALL) or stops.get(topic)


def is_outside(topic: Topic) -> bool:
    """Whether somebody outside this line says what is on it."""
    return topic.principal is not None and topic.family.owner not in SERVICES


OWN, OUTSIDE = (sorted(each.name for each in TOPICS if is_outside(each) is outside) for outside in (False, True))
