"""Figures on their compacted topic: how statistics tell them and look back at them, and a service of the tests that reads them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.partitioner import DefaultPartitioner

from chassis.database import Pool
from chassis.relay import Relay
from chassis.room import Room
from contracts.catalogue import BY_NAME, Topic
from contracts.envelope import Envelope
from landfall.reconcile import reconcile
from tests.chassis.house import House, Running, Witness
from tests.chassis.relaying import all_sent, relaying, say_all
from tests.chassis.tellings import total
from tests.waiting import until

TOPIC = BY_NAME["statistics.v1"]
PERIODS = [f"2021-{month:02}" for month in range(1, 13)]
SUBJECT = "created:2021-07:national"


def partition_of(subject: str) -> int:
    """Where a figure lies."""
    partitions = list(range(TOPIC.partitions))
    return int(DefaultPartitioner()(subject.encode(), partitions, partitions))


PARTITION = partition_of(SUBJECT)


async def tell_figures(stats: House, pool: Pool, *values: int) -> None:
    """Twelve figures, each told under as many versions as there are values, and acknowledged."""
    async with relaying(stats):
        for value in values:
            await say_all(pool, *[total(value, period) for period in PERIODS])
        await all_sent(stats)


async def last_on_topic(stats: House) -> dict[str, Envelope[Any]]:
    """What stays of a topic once it is compacted."""
    return {each.subject: each for each in await stats.on_topic(TOPIC.name)}


async def asked(stats: House, leader: Relay) -> dict[str, Any]:
    """What the leader finds when somebody asks."""
    await until(lambda: leader.leading, "it leads")
    return await reconcile(stats.settings(), patience_seconds=20)


class Dashboard(Room):
    """No service reads such a topic yet; this room of the tests does."""

    def __post_init__(self) -> None:
        """The catalogue does not know it."""

    def topics(self, *, clock: bool) -> tuple[Topic, ...]:
        del clock
        return (TOPIC,)


def dashboard(witness: Witness | None = None) -> Room:
    return Dashboard("intel", {"statistics": (witness or Witness()).hear})


@asynccontextmanager
async def opened(house: House, room: Room | None = None, **more: Any) -> AsyncIterator[Running]:
    """It is reading."""
    async with house.opened(room or dashboard(), **more) as running:
        await until(running.ready, "it reads")
        yield running
