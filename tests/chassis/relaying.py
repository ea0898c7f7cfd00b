"""Relays at work, and what they are given to send."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.database import Pool
from chassis.occasion import Occasion, Telling
from chassis.pulse import Pulse
from chassis.relay import Relay
from chassis.say import say
from contracts.checks import IntelCheckOpened
from contracts.fact import Fact
from tests.chassis.house import House
from tests.waiting import until

AT = datetime(2021, 7, 15, 12, tzinfo=UTC)


def check_opened(record_id: UUID | None = None) -> IntelCheckOpened:
    return IntelCheckOpened(record_id=record_id or uuid4(), check_id=uuid4())


async def say_all(pool: Pool, *facts: Fact) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await say(tx, [Telling(fact, Occasion(AT)) for fact in facts])


@asynccontextmanager
async def relaying(house: House, number: int = 1, make: type[Relay] = Relay, **more: Any) -> AsyncIterator[Sequence[Relay]]:
    """So many instances' relays at work."""
    async with AsyncExitStack() as stack:
        found = [make(house.settings(), house.name, Pulse(), **more) for _ in range(number)]
        for each in found:
            task = asyncio.create_task(each.run())
            stack.push_async_callback(asyncio.wait, [task])
            stack.callback(each.stop)
        yield found


async def all_sent(house: House) -> None:
    async def outbox_is_empty() -> bool:
        return bool(await house.fetchval("select not exists (select from outbox)"))

    await until(outbox_is_empty, "everything is acknowledged")
