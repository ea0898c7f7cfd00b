"""Whether the stored place and the topic still tell one story: the value before the place must be the one we applied."""

import asyncio
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from chassis.naming import named
from chassis.place import Place
from chassis.values_before import values_before

PATIENCE_SECONDS = 10.0
START_SECONDS = 5.0
NAMED = 5

LOST = "the topic begins after the stored place: what lay between was deleted before it was read"
DIFFERENT = "the topic holds another value before the stored place than the one applied: it was re-created, truncated or restored"
DAMAGED = "Kafka's client can no longer unpack the value before the stored place: it was damaged on the broker's disk"
ABSENT = "the topic ends before the stored place: it was re-created, truncated or restored"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why a partition must not be read on from its stored place, and about which ones Kafka did not answer. All others agree.

    Of the `leaderless` it did not even say where they begin; the value before the place of those `withheld` it did not hand over.
    """

    disagreeing: Mapping[TopicPartition, str]
    leaderless: frozenset[TopicPartition]
    withheld: frozenset[TopicPartition]


async def compare(
    onlooker: AIOKafkaConsumer,
    places: Mapping[TopicPartition, Place],
    compacted: Container[str] = (),
    patience_seconds: float | None = None,
) -> Comparison:
    """Look at each partition for itself: one that is not answered about leaves what is found about the others.

    On compacted topics the value before it may rightly be gone, and is not compared. `patience_seconds` is for whoever cannot wait as long
    as it takes to be sure, once for where the logs begin and once for the values.
    """
    starts = await answered_starts(onlooker, places, START_SECONDS if patience_seconds is None else patience_seconds)
    found = {each: LOST for each, start in starts.items() if start > places[each].next}
    to_compare = {
        each: places[each]
        for each, start in starts.items()
        if places[each].last_digest is not None and start < places[each].next and each.topic not in compacted
    }
    looked = await values_before(onlooker, to_compare, PATIENCE_SECONDS if patience_seconds is None else patience_seconds)
    found |= dict.fromkeys(looked.absent, ABSENT) | dict.fromkeys(looked.damaged, DAMAGED)
    found |= {each: DIFFERENT for each, value in looked.digests.items() if value != places[each].last_digest}
    return Comparison(found, frozenset(places.keys() - starts.keys()), looked.withheld)


async def disagreements(onlooker: AIOKafkaConsumer, places: Mapping[TopicPartition, Place]) -> dict[TopicPartition, str]:
    """Why a partition must not be read on from its stored place; empty where all is well.

    Raises:
        KafkaTimeoutError: Kafka did not answer about all of them; that is no disagreement.
    """
    compared = await compare(onlooker, places)
    unanswered = compared.leaderless | compared.withheld
    if unanswered:
        message = f"no answer about {len(unanswered)} stored places within {PATIENCE_SECONDS:.0f} s: {_named(unanswered)}"
        raise KafkaTimeoutError(message)
    return dict(compared.disagreeing)


async def starts_of(onlooker: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the log of each partition begins."""
    asked = list(partitions)
    return dict(await onlooker.beginning_offsets(asked)) if asked else {}


async def answered_starts(
    onlooker: AIOKafkaConsumer, partitions: Collection[TopicPartition], patience_seconds: float
) -> dict[TopicPartition, int]:
    """The same, where Kafka says so in time. Each is asked about alone: a question about many fails where one of them has no leader."""
    asked = list(partitions)
    answers = await asyncio.gather(*[_answered_start(onlooker, each, patience_seconds) for each in asked])
    return {each: start for each, start in zip(asked, answers, strict=True) if start is not None}


async def all_starts(
    onlooker: AIOKafkaConsumer, partitions: Collection[TopicPartition], patience_seconds: float
) -> dict[TopicPartition, int]:
    """The same, of all of them.

    Raises:
        KafkaTimeoutError: of some Kafka does not say so in time; the text names them.
    """
    starts = await answered_starts(onlooker, partitions, patience_seconds)
    unanswered = set(partitions) - starts.keys()
    if unanswered:
        message = f"no answer about where {_named(unanswered)} begin: is one missing? landfall prepare makes them"
        raise KafkaTimeoutError(message)
    return starts


def _named(partitions: Collection[TopicPartition]) -> str:
    return named([f"{each.topic}/{each.partition}" for each in sorted(partitions)], NAMED)


async def _answered_start(onlooker: AIOKafkaConsumer, partition: TopicPartition, patience_seconds: float) -> int | None:
    try:
        async with asyncio.timeout(patience_seconds):
            return int((await onlooker.beginning_offsets([partition]))[partition])
    except (KafkaError, TimeoutError):
        return None
