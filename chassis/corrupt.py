"""A record that Kafka's client cannot unpack: all before it on its partition is read one by one, and the partition halts right at it."""

import asyncio
from collections.abc import Sequence
from time import monotonic

import structlog
from aiokafka import TopicPartition

from chassis.footing import Footing
from chassis.originals import Raw
from chassis.reading import CANNOT_UNPACK

CORRUPT = "Kafka's client cannot unpack what lies at the stored place, or what was sent with it in one batch: offset"

SEARCH_SECONDS = 5.0
LOOK_SECONDS = 0.05
LOOK_MS = 100

log = structlog.get_logger()


async def read_up_to(footing: Footing, at_most: int) -> dict[TopicPartition, Sequence[Raw]]:
    """What lies before such a record; a partition on which nothing does is halted. All others are settled anew.

    Kafka's client raises at every poll, for all partitions, and has lost by then what it had unpacked. So each is asked alone.
    """
    asked = sorted(footing.expected)
    found: dict[TopicPartition, Sequence[Raw]] = {}
    try:
        for each in await _corrupt(footing, asked):
            before = await _read_up_to(footing, each, at_most)
            if before:
                footing.go_on_from(each, before[-1].offset + 1)
                found[each] = before
    finally:
        footing.doubt([each for each in asked if each not in found])
    return found


async def _corrupt(footing: Footing, asked: Sequence[TopicPartition]) -> list[TopicPartition]:
    for each in asked:
        footing.consumer.seek(each, footing.expected[each])
    deadline, found = monotonic() + SEARCH_SECONDS, list[TopicPartition]()
    while not found and monotonic() < deadline:
        await asyncio.sleep(LOOK_SECONDS)
        found = [each for each in asked if each in footing.consumer.assignment() and await _is_corrupt(footing, each)]
    return found


async def _is_corrupt(footing: Footing, partition: TopicPartition) -> bool:
    try:
        await footing.consumer.getmany(partition, timeout_ms=0)
    except CANNOT_UNPACK as error:
        log.error("cannot_unpack", topic=partition.topic, partition=partition.partition, error=type(error).__name__)
        return True
    return False


async def _read_up_to(footing: Footing, partition: TopicPartition, at_most: int) -> list[Raw]:
    place, looking, found = footing.expected[partition], footing.onlooker, list[Raw]()
    looking.assign([partition])
    looking.seek(partition, place)
    deadline = monotonic() + SEARCH_SECONDS
    while len(found) < at_most and monotonic() < deadline:
        try:
            polled = await looking.getmany(partition, timeout_ms=LOOK_MS, max_records=1)
        except CANNOT_UNPACK:
            if not found:
                await footing.halt(partition, f"{CORRUPT} {place}", place)
            break
        found += polled.get(partition, [])
    return found
