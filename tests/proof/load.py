"""Outsiders at a steady pace: feeds that notify, a border that tells of landings, forces that accept whoever they are offered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis.ids import uuid7
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import Channel, Sender
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.handover_packs import HandoverNotice
from contracts.handover_replies import ForceAccepted
from contracts.notifications import NotificationReceived
from contracts.travel_notices import TravelNoticeReceived
from contracts.wire import decode
from tests.builders import a_conviction, a_notification, a_person, a_travel_notice, numbers
from tests.proof.system import System

PACE_SECONDS = 0.025
FORCES = ("cleveland", "kent", "police-scotland")
TWICE_EVERY = 7
GARBLED_EVERY = 60
GARBLED = {"records": ("notifications", Channel.INTERPOL), "handover": ("handover-replies", "kent")}
"""Who hears what cannot be read, and whose topic it comes on."""

CATEGORIES = {"accepted": "1001 00", "referred": "1003 00", "refused": "2100 00"}


@dataclass
class Load:
    """`told` is every notification by its message's id, `expected` every landing told of, `garbled` how much each service heard that
    cannot be read. `sent` is all that could be read: topic, key and value.
    """

    system: System
    producer: AIOKafkaProducer
    draws: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - drawing a scenario is no secret
    told: dict[UUID, NotificationReceived] = field(default_factory=dict)
    known: list[int] = field(default_factory=list)
    expected: list[TravelNoticeReceived] = field(default_factory=list)
    answered: set[UUID] = field(default_factory=set)
    garbled: Counter[str] = field(default_factory=Counter)
    sent: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    silent: bool = False

    def silence(self) -> None:
        """Feeds and the border tell nothing more; forces go on answering."""
        self.silent = True

    async def run(self) -> None:
        """Until they are silenced."""
        number = 0
        while not self.silent:
            number += 1
            await self._notify(number)
            if self.known and number % 10 == 0:
                await self._expect(self.known.pop(0))
            if number % GARBLED_EVERY == 0:
                await self._garble(number)
            if number % TWICE_EVERY == 0:
                await self._once_more(number)
            await asyncio.sleep(PACE_SECONDS)

    async def _notify(self, number: int) -> None:
        """Somebody new, every tenth a further conviction of somebody told of before."""
        kind = self.draws.choices(("accepted", "referred", "refused"), (3, 1, 6))[0]
        person = self.draws.randrange(1, number) if number % 10 == 0 else number
        conviction = a_conviction(categories=[CATEGORIES[kind]], country=self.draws.choice(("FR", "DE", "ES")))
        someone = a_person(surname=f"Zynba{person}", identifiers=numbers(passport=f"SYN{person:07}"))
        channel = self.draws.choice(list(Channel))
        notification = a_notification(f"SYN-{number:06}", person=someone, conviction=conviction)
        self.told[await self.tell(notification, channel)] = notification
        if kind == "accepted" and person == number:
            self.known.append(number)

    async def _expect(self, person: int) -> None:
        notice = a_travel_notice(
            f"SYN-T-{person:06}", identifiers=numbers(passport=f"SYN{person:07}"), landing_at=datetime.now(UTC),
            destination_force=self.draws.choice(FORCES),
        )  # fmt: skip
        await self.tell(notice, Sender.BORDER_FORCE)
        self.expected.append(notice)

    async def _garble(self, number: int) -> None:
        for reader, (family, principal) in GARBLED.items():
            name = self.system.prefix + topic_name(family, principal)
            await self.producer.send_and_wait(name, f"{{{number}".encode(), key=f"SYN-G-{number:06}".encode())
            self.garbled[reader] += 1

    async def tell(self, fact: Fact, principal: str) -> UUID:
        topic, at = BY_NAME[topic_name(fact.FAMILY, principal)], datetime.now(UTC)
        told: Envelope[Any] = Envelope(id=uuid7(), source=topic.source, type=fact.TYPE, subject=fact.subject, time=at, data=fact)
        await self._send(self.system.prefix + topic.name, told.subject.encode(), told.to_bytes())
        return told.id

    async def _send(self, topic: str, key: bytes, value: bytes) -> None:
        await self.producer.send_and_wait(topic, value, key=key)
        self.sent.append((topic, key, value))

    async def _once_more(self, number: int) -> None:
        """Byte for byte, as a producer does that has had no answer: the last one at once, or one of any time before."""
        await self._send(*(self.draws.choice(self.sent) if number % 2 else self.sent[-1]))

    async def answer(self) -> None:
        """Forces accept each offer once, until cancelled."""
        names = {self.system.prefix + topic_name("handover-packs", force): force for force in FORCES}
        consumer = AIOKafkaConsumer(
            *names, bootstrap_servers=self.system.kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            async for record in consumer:
                force = names[record.topic]
                fact = decode(BY_NAME[topic_name("handover-packs", force)], record.value).data
                if isinstance(fact, HandoverNotice) and fact.handover_id not in self.answered:
                    self.answered.add(fact.handover_id)
                    await self.tell(ForceAccepted(handover_id=fact.handover_id), force)
        finally:
            await consumer.stop()


@asynccontextmanager
async def producing(system: System) -> AsyncIterator[Load]:
    """Outsiders who tell only what they are asked to."""
    producer = AIOKafkaProducer(bootstrap_servers=system.kafka.bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield Load(system, producer)
    finally:
        await producer.stop()


@asynccontextmanager
async def load(system: System) -> AsyncIterator[Load]:
    """Outsiders at work, until this is left."""
    async with producing(system) as found:
        telling = [asyncio.create_task(found.run()), asyncio.create_task(found.answer())]
        try:
            yield found
        finally:
            for each in telling:
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each
