"""`landfall replay`: tells a facts topic again what a service has said on it; or accepts where a topic of its own ends now."""

import argparse
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.agreement import starts_of
from chassis.database import Transaction
from chassis.originals import Raw
from chassis.place import digest
from chassis.reading import as_polled
from chassis.settings import Profile
from contracts.catalogue import BY_NAME, SERVICES, Order, Topic, owned_by
from contracts.wire import identify
from landfall.operator_settings import Operator, at, carry_out
from landfall.operators import RefusedError, add_who_and_why, say

# Version by version, so that each subject keeps its order.
AGAIN = """
insert into outbox (said_id)
select said.id from said
where topic = $1 and payload is not null and id <> all($2::uuid[]) and not exists (select from outbox where said_id = said.id)
order by version, said_at, id
"""

KEPT = """
insert into position_move (topic, partition, previous, following, halted, moved_by, reason)
select topic, partition, next, $3, halted, $4, $5 from own_end where topic = $1 and partition = $2
"""
REBASE = "update own_end set next = $3, last_digest = $4, halted = null where topic = $1 and partition = $2"


async def replay_said(settings: Operator, topic: str, *, by: str, reason: str) -> int:
    """Give the relay all that is missing on the topic, and let it tell on from the topic's present end; how much was missing.

    Raises:
        RefusedError: the topic is not one that can be told again from `said`.
    """
    found = _topic(topic)
    async with at(settings) as (connection, looking):
        lies = await _lying(looking, settings, found)
        async with connection.transaction():
            told = await connection.execute(AGAIN, found.name, list(lies.ids))
            await _rebase(connection, lies, by, reason)
    return int(told.rsplit(" ", 1)[-1])


async def accept(settings: Operator, topic: str, *, by: str, reason: str) -> None:
    """Tell on from the topic's present end, whatever lies or is missing before it. What outsiders were told there is not told again.

    Raises:
        RefusedError: no service owns such a topic.
    """
    found = BY_NAME.get(topic)
    if found is None or found.family.compacted or not any(found in owned_by(service) for service in SERVICES):
        message = f"{topic} is no topic whose end a service keeps"
        raise RefusedError(message)
    async with at(settings) as (connection, looking):
        lies = await _lying(looking, settings, found)
        async with connection.transaction():
            await _rebase(connection, lies, by, reason)


def _topic(name: str) -> Topic:
    topic = BY_NAME.get(name)
    kept = [each for service in SERVICES for each in owned_by(service) if each.family.order is Order.GAPLESS]
    if topic is None or topic not in kept:
        message = f"{name} is not kept in said; these are: {', '.join(each.name for each in kept)}"
        raise RefusedError(message)
    return topic


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a topic: the ids of all tellings, and the last value of each partition, where it has any."""

    ids: set[UUID]
    last: dict[TopicPartition, Raw | None]


async def _lying(looking: AIOKafkaConsumer, settings: Operator, topic: Topic) -> Lying:
    count = topic.partitions_on(embedded=settings.profile is Profile.EMBEDDED)
    partitions = [TopicPartition(settings.kafka_topic_prefix + topic.name, each) for each in range(count)]
    found = Lying(set(), dict.fromkeys(partitions))
    async for at_partition, raws in as_polled(looking, await starts_of(looking, partitions)):
        found.ids.update(each for raw in raws if (each := identify(raw.value)) is not None)
        found.last[at_partition] = raws[-1]
    return found


async def _rebase(tx: Transaction, lies: Lying, by: str, reason: str) -> None:
    for each, last in sorted(lies.last.items()):
        following, last_digest = (0, None) if last is None else (last.offset + 1, digest(last.value))
        await tx.execute(KEPT, each.topic, each.partition, following, by, reason)
        await tx.execute(REBASE, each.topic, each.partition, following, last_digest)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Reads the LANDFALL_* variables of the service that owns the topic. See docs/runbooks/disagreement.md."
    what = parser.add_subparsers(dest="what", required=True)
    said = what.add_parser("said", help="a facts topic, from what its owner keeps")
    accepted = what.add_parser("accepted", help="nothing: tell on from where the topic ends now, because an operator has looked")
    for each in (said, accepted):
        each.add_argument("--topic", required=True)
        add_who_and_why(each)


def run(arguments: argparse.Namespace) -> int:
    """0 when the relay has what was missing; 1 with the reason on standard error."""
    return carry_out(lambda settings: _carry_out(settings, arguments))


async def _carry_out(settings: Operator, asked: argparse.Namespace) -> None:
    if asked.what == "accepted":
        await accept(settings, asked.topic, by=asked.by, reason=asked.reason)
        say(f"{asked.topic}: told on from where it ends now")
        return
    number = await replay_said(settings, asked.topic, by=asked.by, reason=asked.reason)
    say(f"{asked.topic}: {number} tellings were missing and are told again")
