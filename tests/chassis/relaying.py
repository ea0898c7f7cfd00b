"""Relays at work, and what they are given to send."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.database import Pool, Transaction
from chassis.leadership import Leadership
from chassis.occasion import Batch, Occasion, Telling
from chassis.own_ends import Told
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


async def open_checks(batch: Batch, tx: Transaction) -> None:
    """A handler that says a check for every telling about a record."""
    await say(tx, [Telling(IntelCheckOpened(record_id=each.fact.record_id, check_id=uuid4()), each.occasion) for each in batch])


@asynccontextmanager
async def relaying(house: House, number: int = 1, make: type[Leadership] = Leadership, **more: Any) -> AsyncIterator[Sequence[Relay]]:
    """So many instances' relays at work."""
    async with AsyncExitStack() as stack:
        found = [Relay(house.settings(), house.name, Pulse(), make=make, **more) for _ in range(number)]
        for each in found:
            task = asyncio.create_task(each.run())
            stack.push_async_callback(asyncio.wait, [task])
            stack.callback(each.stop)
        yield found


def pausing(sent: asyncio.Event, gate: asyncio.Event) -> type[Leadership]:
    """A leader that is caught between acknowledgement and deletion, until the gate is opened."""

    class Pausing(Leadership):
        async def _send(self, rows: list[Any]) -> list[Told]:
            told = await super()._send(rows)
            sent.set()
            await gate.wait()
            return told

    return Pausing


async def all_sent(house: House) -> None:
    async def outbox_is_empty() -> bool:
        return bool(await house.fetchval("select not exists (select from outbox)"))

    await until(outbox_is_empty, "everything is acknowledged")
