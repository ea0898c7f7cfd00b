"""A house for the service under test: `await house("intel")` has its database, its topics and a producer; `intel` is the usual one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from chassis.database import Pool, open_pool, prepare
from chassis.settings import Profile
from chassis.watch import Watch
from contracts.catalogue import owned_by, read_by
from tests.chassis.house import EFFECT, House
from tests.conftest import FreshDatabase, FreshTopics
from tests.places import superuser
from tests.places.kafka import Kafka
from tests.places.postgres import Postgres

FreshHouse = Callable[[str], Awaitable[House]]


@pytest_asyncio.fixture
async def house(
    kafka: Kafka, postgres: Postgres, database: FreshDatabase, topics: FreshTopics, topic_prefix: str
) -> AsyncIterator[FreshHouse]:
    async with AsyncExitStack() as stack:

        async def fresh(name: str) -> House:
            await topics("quiet", "discards", *{topic.family.name for topic in (*read_by(name), *owned_by(name))})
            found = await database(name)
            owner = await stack.enter_async_context(asyncpg.create_pool(found.owner_url, min_size=1, max_size=4, init=prepare))
            await owner.execute(EFFECT)
            sender = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=kafka.profile is Profile.KAFKA)
            stack.push_async_callback(sender.stop)
            await sender.start()
            return House(name, found, superuser.url_in(postgres.superuser_url, found), kafka, topic_prefix, owner, sender)

        yield fresh


@pytest_asyncio.fixture
async def intel(house: FreshHouse) -> House:
    return await house("intel")


@pytest.fixture
def record() -> UUID:
    return uuid4()


@pytest_asyncio.fixture
async def pool(intel: House) -> AsyncIterator[Pool]:
    async with open_pool(intel.settings(), "test") as opened:
        yield opened


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the watch is answered about those that are not heard of, look by look."""
    found, answered = list[Any](), Watch._answered  # noqa: SLF001 - to look on

    async def look_on(self: Watch, asked: Any) -> Any:
        answer = await answered(self, asked)
        found.extend([answer] if asked else [])
        return answer

    monkeypatch.setattr(Watch, "_answered", look_on)
    return found
