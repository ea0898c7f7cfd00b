"""What lies on topics and in databases, as somebody sees it who belongs to none of the services."""

from typing import Any, NamedTuple

import asyncpg
from aiokafka import TopicPartition

from chassis.agreement import starts_of
from chassis.broker import onlooker
from chassis.reading import read_on
from contracts.catalogue import BY_NAME, SERVICES
from contracts.envelope import Envelope
from contracts.wire import decode
from tests.places.superuser import connected
from tests.proof.system import System
from tests.waiting import until

PATIENCE_SECONDS = 180.0


class Lying(NamedTuple):
    """One telling as it lies on its topic: what it says, and the very bytes."""

    told: Envelope[Any]
    value: bytes


async def rows_of(system: System, name: str, query: str) -> list[asyncpg.Record]:
    """What a query finds in one service's database."""
    async with connected(system.superuser_url(name)) as connection:
        return list(await connection.fetch(query))


async def topic_of(system: System, name: str) -> list[Lying]:
    """All that lies on a topic, in the order of its partitions."""
    looking = onlooker(system.operator("stats"), "drill")
    await looking.start()
    try:
        partitions = [TopicPartition(system.prefix + name, each) for each in range(BY_NAME[name].partitions)]
        found = await read_on(looking, await starts_of(looking, partitions))
    finally:
        await looking.stop()
    return [Lying(decode(BY_NAME[name], raw.value), raw.value) for raws in found.values() for raw in raws if raw.value is not None]


async def at_rest(system: System) -> None:
    """Until every place is at the end of its partition, nothing waits to be told, and nothing moves any more."""
    before: list[Any] = []

    async def rested() -> bool:
        nonlocal before
        now = [await _standstill(system, name) for name in SERVICES]
        still, before = now == before, now
        return still and all(behind == 0 for behind, _ in now)

    await until(rested, "all is heard and told", PATIENCE_SECONDS)


async def _standstill(system: System, name: str) -> tuple[int, int]:
    rows = await rows_of(system, name, "select topic, partition, next from positions")
    places = {TopicPartition(row["topic"], row["partition"]): row["next"] for row in rows}
    looking = onlooker(system.operator(name), "drill")
    await looking.start()
    try:
        ends = await looking.end_offsets(list(places)) if places else {}
    finally:
        await looking.stop()
    (waiting,) = await rows_of(system, name, "select (select count(*) from outbox) as unsent, (select count(*) from said) as said")
    return sum(ends.values()) - sum(places.values()) + waiting["unsent"], waiting["said"]
