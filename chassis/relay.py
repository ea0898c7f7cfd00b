"""Carries what was said to the broker: one leader for each service, in order, deleting only what the broker acknowledged."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition

from chassis import own_ends
from chassis.broker import dismiss, producer
from chassis.database import connect
from chassis.hearing import OlderDatabaseError, hear_first
from chassis.looking_back import ASK, LookingBack, key_of, row_of
from chassis.outbox import Connection, Outbox, forget
from chassis.own_ends import Told
from chassis.pulse import Pulse
from chassis.settings import Settings
from contracts.catalogue import owned_by
from contracts.envelope import CONTENT_TYPE

LOCK = 0x72656C6179  # "relay"
WAKE, STAND_ASIDE = "outbox", "stand_aside"
LEAD = "select pg_try_advisory_lock($1)"
LEADING = "select count(*) = 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid = ($1 & 4294967295)::oid"

log = structlog.get_logger()


@dataclass(slots=True)
class Relay:
    """The relay of one process; it sends only while it holds the service's one lock."""

    settings: Settings
    name: str
    pulse: Pulse
    sweep_seconds: float = 0.5
    send_seconds: float = 30.0
    round_messages: int = 1000
    compared: frozenset[str] = field(init=False)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    leading: bool = False
    aside: bool = False
    unsure: bool = False
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        prefix = self.settings.kafka_topic_prefix
        self.outbox = Outbox(self.round_messages, prefix)
        self.compared = frozenset(prefix + topic.name for topic in owned_by(self.name) if not topic.family.compacted)

    def wake(self) -> None:
        """Something was committed."""
        self.woken.set()

    def stop(self) -> None:
        self.stopping.set()
        self.woken.set()

    def stand_aside(self, *_: object) -> None:
        """An operator's command waits for the lock; who has it then leads on (`landfall/leading.py`)."""
        self.aside = True
        self.woken.set()

    async def run(self) -> None:
        """Lead or wait to lead, until told to stop. Whatever fails, lock, connection and producer are all taken anew.

        Raises:
            OlderDatabaseError: the database was restored under this service, which has to start again.
        """
        while not self.stopping.is_set():
            self.pulse.turned("relay")
            try:
                await self._serve()
            except OlderDatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - nothing else that happens here may end the relay
                self.pulse.relay_failure = type(error).__name__
                log.error("relay_failed", error=type(error).__name__)
                await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311 - jitter is no secret
            finally:
                self.leading = False

    async def _serve(self) -> None:
        connection = await connect(self.settings, f"{self.name}-relay")
        try:
            while not await connection.fetchval(LEAD, LOCK):
                self.pulse.relay_failure = None
                if await self._rest():
                    return
            await self._lead(connection)
        finally:
            connection.terminate()

    async def _lead(self, connection: Connection) -> None:
        self.aside = False
        await connection.add_listener(STAND_ASIDE, self.stand_aside)
        await self._hear(connection)
        sender, back = producer(self.settings, self.name), LookingBack(self.settings, self.name, self.pulse, self.wake)
        try:
            await sender.start()
            await connection.add_listener(WAKE, lambda *_: self.wake())
            await connection.add_listener(ASK, lambda *_: self.wake())
            await connection.add_listener(ASK, back.ask)
            self.leading, self.outbox = True, Outbox(self.round_messages, self.settings.kafka_topic_prefix)
            while True:
                if self.unsure:
                    await self._hear(connection)
                await self._tell_again(connection, sender, [row_of(each) for each in await back.look(connection)])
                while await self._round(connection, sender, back) and not (self.unsure or self.aside):
                    pass
                if self.stopping.is_set() or self.aside:
                    return
                await self._rest()
        finally:
            self.leading, self.pulse.strange = False, []
            await back.leave()
            await dismiss(sender)

    async def _hear(self, connection: Connection) -> None:
        await hear_first(self.settings, self.name, connection, lambda: self.pulse.turned("relay"))
        self.unsure = False

    async def _tell_again(self, connection: Connection, sender: AIOKafkaProducer, rows: list[Any]) -> None:
        """Before the next round, and not through the outbox: a version said meanwhile waits there, and so comes after these."""
        for start in range(0, len(rows), self.round_messages):
            self.pulse.turned("relay")
            await self._send_as_leader(connection, sender, rows[start : start + self.round_messages])

    async def _rest(self) -> bool:
        """Wait to be woken, at most until the next sweep; whether it is time to stop."""
        self.pulse.turned("relay")
        if not self.stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), self.sweep_seconds)
        self.woken.clear()
        return self.stopping.is_set()

    async def _round(self, connection: Connection, sender: AIOKafkaProducer, back: LookingBack) -> bool:
        """Send what is there, wait for all of it, forget what was acknowledged; whether there may be more."""
        self.pulse.turned("relay")
        rows = await self.outbox.read(connection)
        if rows:
            back.sent(key_of(row) for row in rows)
            await self._forget(connection, rows, await self._send_as_leader(connection, sender, rows))
        self.pulse.relayed(len(rows))
        return self.outbox.go_up(rows)

    async def _make_sure_of_the_lock(self, connection: Connection) -> None:
        """Asked on the connection that reads and deletes, so that whoever stood still meanwhile cannot go on beside a new leader.

        Raises:
            ConnectionError: the lock is gone, though the connection is not.
        """
        if not await connection.fetchval(LEADING, LOCK):
            message = "the relay's lock is gone"
            raise ConnectionError(message)

    async def _send_as_leader(self, connection: Connection, sender: AIOKafkaProducer, rows: list[Any]) -> list[Told]:
        await self._make_sure_of_the_lock(connection)
        return await asyncio.wait_for(self._send(sender, rows), self.send_seconds)

    def _is_compared(self, told: Told) -> bool:
        """Whether it lies on a topic that `chassis.hearing` looks at; compacted ones are read back as a whole."""
        return told.partition.topic in self.compared

    async def _send(self, sender: AIOKafkaProducer, rows: list[Any]) -> list[Told]:
        prefix = self.settings.kafka_topic_prefix
        futures = [
            await sender.send(prefix + row["topic"], row["payload"], key=row["key"].encode(), headers=_headers(row["traceparent"]))
            for row in rows
        ]
        acknowledged = await asyncio.gather(*futures)
        return [
            Told(TopicPartition(each.topic, each.partition), each.offset, row["payload"])
            for each, row in zip(acknowledged, rows, strict=True)
        ]

    async def _forget(self, connection: Connection, rows: list[Any], told: list[Told]) -> None:
        """What was acknowledged lies on its topic, but for what came before the topic was made again in the very round."""
        async with connection.transaction():
            followed = await own_ends.follow(connection, [each for each in told if self._is_compared(each)])
            await forget(connection, [row for row, each in zip(rows, told, strict=True) if each.partition not in followed.torn])
            for each in sorted(followed.fell):
                await own_ends.halt(connection, each, own_ends.MADE_AGAIN)
        self.unsure = bool(followed.skipped)


def _headers(traceparent: str | None) -> list[tuple[str, bytes]]:
    headers = [("content-type", CONTENT_TYPE.encode())]
    return headers if traceparent is None else [*headers, ("traceparent", traceparent.encode())]
