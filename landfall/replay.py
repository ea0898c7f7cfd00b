"""`landfall replay`: tells a facts topic again what a service has said on it; or accepts where a topic of its own ends now."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.agreement import starts_of
from chassis.database import Transaction, affected
from chassis.originals import Raw
from chassis.place import digest
from chassis.reading import as_polled
from chassis.settings import Profile
from contracts.catalogue import BY_NAME, SERVICES, Order, Topic, owned_by
from contracts.wire import identify
from landfall.operator_settings import WHERE, Operator, at, carry_out, refuse_another
from landfall.operators import RefusedError, add_who_and_why, say

# Topics whose ends are kept, and who owns them; and those of them that can be told again.
ENDS = {topic.name: service for service in SERVICES for topic in owned_by(service) if not topic.family.compacted}
SAID = [name for name in ENDS if BY_NAME[name].family.order is Order.GAPLESS]

# Version by version, so that each subject keeps its order.
AGAIN = """
insert into outbox (said_id)
select said.id from said
where topic = $1 and payload is not null and id <> all($2::uuid[]) and not exists (select from outbox where said_id = said.id)
order by version, said_at, id
"""

# A stranger may have written where nothing was ever told: there is no end yet, and it begins where this is accepted.
KEPT = """
insert into position_move (topic, partition, previous, following, halted, moved_by, reason)
select asked.topic, asked.partition, coalesce(next, 0), $3, halted, $4, $5
from (values ($1::text, $2::int)) as asked (topic, partition) left join own_end using (topic, partition)
"""
REBASE = """
insert into own_end (topic, partition, next, last_digest) values ($1, $2, $3, $4)
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest, halted = null
"""


async def replay_said(settings: Operator, topic: str, *, by: str, reason: str) -> int:
    """Give the relay all that is missing on the topic, and let it tell on from the topic's present end; how much was missing.

    Raises:
        RefusedError: the topic is not one that can be told again from `said`, or is another service's.
    """
    if topic not in SAID:
        message = f"{topic} is not kept in said; these are: {', '.join(SAID)}"
        raise RefusedError(message)
    async with _as_owner(settings, topic) as (tx, lies):
        told = await tx.execute(AGAIN, topic, list(lies.ids))
        await _rebase(tx, lies, by, reason)
    return affected(told)


async def accept(settings: Operator, topic: str, *, by: str, reason: str) -> None:
    """Tell on from the topic's present end, whatever lies or is missing before it. Nothing is told again by that, see `accepted`.

    Raises:
        RefusedError: no service keeps the end of such a topic, or it is another service's.
    """
    if topic not in ENDS:
        message = f"{topic} is no topic whose end a service keeps"
        raise RefusedError(message)
    async with _as_owner(settings, topic) as (tx, lies):
        await _rebase(tx, lies, by, reason)


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a topic: the ids of all tellings, and the last value of each partition, where it has any."""

    ids: set[UUID]
    last: dict[TopicPartition, Raw | None]


@asynccontextmanager
async def _as_owner(settings: Operator, topic: str) -> AsyncIterator[tuple[Transaction, Lying]]:
    async with at(settings) as (connection, looking):
        await refuse_another(connection, ENDS[topic])
        lies = await _lying(looking, settings, BY_NAME[topic])
        async with connection.transaction():
            yield connection, lies


def accepted(topic: str) -> str:
    """What was done, and what has still to be done where only an outsider was told: nobody else misses what is unsaid now."""
    done, found = f"{topic}: told on from where it ends now", BY_NAME[topic]
    if found.family.order is not Order.NONE:
        return done
    unsaid = f"What {found.principal} had not read is still unsaid: let {found.family.owner} tell it again"
    return f"{done}. {unsaid}, see docs/runbooks/disagreement.md"


async def _lying(looking: AIOKafkaConsumer, settings: Operator, topic: Topic) -> Lying:
    count = topic.partitions_on(embedded=settings.profile is Profile.EMBEDDED)
    partitions = [TopicPartition(settings.kafka_topic_prefix + topic.name, each) for each in range(count)]
    found = Lying(set(), dict.fromkeys(partitions))
    async for partition, raws in as_polled(looking, await starts_of(looking, partitions)):
        found.ids.update(each for raw in raws if (each := identify(raw.value)) is not None)
        found.last[partition] = raws[-1]
    return found


async def _rebase(tx: Transaction, lies: Lying, by: str, reason: str) -> None:
    for each, last in sorted(lies.last.items()):
        following, last_digest = (0, None) if last is None else (last.offset + 1, digest(last.value))
        await tx.execute(KEPT, each.topic, each.partition, following, by, reason)
        await tx.execute(REBASE, each.topic, each.partition, following, last_digest)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{WHERE} See docs/runbooks/disagreement.md."
    what = parser.add_subparsers(dest="what", required=True)
    said = what.add_parser("said", help="a facts topic, from what its owner keeps")
    accepting = what.add_parser(
        "accepted", help="nothing: tell on from where the topic ends now; what a force missed is told again after that"
    )
    for each in (said, accepting):
        each.add_argument("--topic", required=True)
        add_who_and_why(each)


def run(arguments: argparse.Namespace) -> int:
    """0 when the relay has what was missing; 1 with the reason on standard error."""
    return carry_out(Operator, lambda settings: _carry_out(settings, arguments))


async def _carry_out(settings: Operator, asked: argparse.Namespace) -> None:
    if asked.what == "accepted":
        await accept(settings, asked.topic, by=asked.by, reason=asked.reason)
        say(accepted(asked.topic))
        return
    number = await replay_said(settings, asked.topic, by=asked.by, reason=asked.reason)
    say(f"{asked.topic}: {number} tellings were missing and are told again")
