"""One service at its desk: its real database, handlers, timers and HTTP, without the Kafka around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr

from chassis.clock import EventClock
from chassis.database import Pool, open_pool
from chassis.held import Held
from chassis.http import application
from chassis.ids import uuid7
from chassis.occasion import Coordinates, Occasion, Received, start_of_day
from chassis.pulse import Pulse
from chassis.room import Room
from chassis.settings import Settings
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.wire import decode
from landfall.provision import Database

TOKEN = "a token that lives for one test"

SAID = "select topic, payload from outbox join said on said.id = outbox.said_id order by outbox.seq"

_offsets = count()


@dataclass(frozen=True)
class Desk:
    """A service that is handed its batches. `clock` is what its HTTP side takes the time from."""

    room: Room
    pool: Pool
    clock: EventClock
    http: httpx.AsyncClient

    async def hear(self, *batch: Received[Any]) -> None:
        """Hand it one polled batch, in one transaction, family by family."""
        async with self.pool.acquire() as tx, tx.transaction():
            for family, handle in self.room.families.items():
                mine = [received for received in batch if received.topic.family.name == family]
                if mine:
                    await handle(mine, tx)

    async def end(self, day: date) -> None:
        """Let a day end: whatever is due falls due."""
        async with self.pool.acquire() as tx, tx.transaction():
            await self.room.on_due(Occasion(noon(day)), day, tx)

    async def said(self) -> list[Envelope[Any]]:
        """All that it has said so far, in that order."""
        return [decode(BY_NAME[row["topic"]], row["payload"]) for row in await self.pool.fetch(SAID)]

    async def told(self) -> list[Fact]:
        """The facts alone."""
        return [envelope.data for envelope in await self.said()]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def received(
    fact: Fact, day: date, principal: str | None = None, *, fact_id: UUID | None = None, recorded: datetime | None = None
) -> Received[Any]:
    """A fact as it is heard at noon of that day; `principal` is whose topic it came on."""
    topic = BY_NAME[topic_name(fact.FAMILY, principal)]
    known = recorded or noon(day)
    envelope: Envelope[Any] = Envelope(
        id=fact_id or uuid7(), source=topic.source, type=fact.TYPE, subject=fact.subject,
        time=start_of_day(day), recordedtime=known, version=1, data=fact,
    )  # fmt: skip
    return Received(fact, envelope, topic, Coordinates(topic.name, 0, next(_offsets)), Occasion(known, envelope.id))


def set_aside(topic: str, reason: HoldReason, day: date) -> Held:
    """What could not be applied at noon of that day."""
    nothing: Any = SimpleNamespace(key=None, value=b"{", headers=())
    return Held(reason, "value: json_invalid", BY_NAME[topic], Coordinates(topic, 0, 7), Occasion(noon(day)), nothing)


@asynccontextmanager
async def desk(room: Room, database: Database) -> AsyncIterator[Desk]:
    """Sit the service down at this database."""
    settings = Settings(database_url=SecretStr(database.url), api_token=SecretStr(TOKEN))
    clock = EventClock()

    async def nothing_to_wake() -> None:
        """No relay runs here."""

    async with open_pool(settings, "test") as pool:
        app = application(room, settings, pool, clock, Pulse(), nothing_to_wake)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk", headers=headers) as http:
            yield Desk(room, pool, clock, http)
