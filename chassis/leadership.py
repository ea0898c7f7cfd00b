"""One time of leading a service's relay: what was told before is heard, then what waits is told in order, under the one lock alone."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition

from chassis import own_ends
from chassis.broker import producer
from chassis.clients import dismiss, start_client
from chassis.hearing import hear_first
from chassis.looking_back import ASK, LookingBack, key_of, row_of
from chassis.outbox import Connection, Outbox, forget
from chassis.own_ends import Told
from chassis.pulse import Pulse
from chassis.settings import Settings
from chassis.still_there import StillThere
from contracts.catalogue import owned_by
from contracts.envelope import CONTENT_TYPE

LOCK = 0x72656C6179  # "relay"
WAKE = "outbox"
LEADING = "select count(*) = 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid = ($1 & 4294967295)::oid"


@dataclass(slots=True)
class Leadership:
    """Made anew by whoever has taken the lock, on the `connection` that holds it.

    `unsure`: between two of its rounds something lies on a topic that it has not heard. `compared` are the topics that
    `chassis.hearing` looks at; compacted ones are read back as a whole.
    """

    settings: Settings
    name: str
    pulse: Pulse
    connection: Connection
    wake: Callable[[], None]
    send_seconds: float
    round_messages: int
    sender: AIOKafkaProducer = field(init=False)
    back: LookingBack = field(init=False)
    outbox: Outbox = field(init=False)
    compared: frozenset[str] = field(init=False)
    still_there: StillThere = field(init=False)
    unsure: bool = False

    def __post_init__(self) -> None:
        prefix = self.settings.kafka_topic_prefix
        self.sender = producer(self.settings, self.name)
        self.back = LookingBack(self.settings, self.name, self.pulse, self.wake)
        self.outbox = Outbox(self.round_messages, prefix)
        self.compared = frozenset(prefix + topic.name for topic in owned_by(self.name) if not topic.family.compacted)
        self.still_there = StillThere(self.settings, self.name, self.pulse, self.compared)

    async def begin(self) -> None:
        """Hear what was told before; only then is anything sent."""
        await self._hear()
        self.pulse.turned("relay")
        await start_client(self.sender)
        await self.connection.add_listener(WAKE, lambda *_: self.wake())
        await self.connection.add_listener(ASK, lambda *_: self.wake())
        await self.connection.add_listener(ASK, self.back.ask)

    async def end(self) -> None:
        """Whoever leads next finds on its own what is strange, and sends what was not acknowledged."""
        self.pulse.strange = []
        try:
            await self.back.leave()
            await self.still_there.leave()
        finally:
            await dismiss(self.sender)

    async def catch_up(self) -> None:
        """Hear what lies between two rounds, or is no longer what was told; and tell again what is missing.

        Not through the outbox: a version said meanwhile waits there, and so comes after these.
        """
        if await self.still_there.look(self.connection) or self.unsure:
            await self._hear()
        rows = [row_of(each) for each in await self.back.look(self.connection)]
        for start in range(0, len(rows), self.round_messages):
            self.pulse.turned("relay")
            await self._send_as_leader(rows[start : start + self.round_messages])

    async def round(self) -> bool:
        """Send what is there, wait for all of it, forget what was acknowledged; whether there may be more."""
        self.pulse.turned("relay")
        rows = await self.outbox.read(self.connection)
        if rows:
            self.back.sent(key_of(row) for row in rows)
            await self._forget(rows, await self._send_as_leader(rows))
        self.pulse.relayed(len(rows))
        return self.outbox.go_up(rows)

    async def _hear(self) -> None:
        await hear_first(self.settings, self.name, self.connection, lambda: self.pulse.turned("relay"))
        self.unsure = False

    async def _send_as_leader(self, rows: list[Any]) -> list[Told]:
        await self._make_sure_of_the_lock()
        return await asyncio.wait_for(self._send(rows), self.send_seconds)

    async def _make_sure_of_the_lock(self) -> None:
        """Asked on the connection that reads and deletes, so that whoever stood still meanwhile cannot go on beside a new leader.

        Raises:
            ConnectionError: the lock is gone, though the connection is not.
        """
        if not await self.connection.fetchval(LEADING, LOCK):
            message = "the relay's lock is gone"
            raise ConnectionError(message)

    async def _send(self, rows: list[Any]) -> list[Told]:
        prefix = self.settings.kafka_topic_prefix
        futures = [
            await self.sender.send(prefix + row["topic"], row["payload"], key=row["key"].encode(), headers=_headers(row["traceparent"]))
            for row in rows
        ]
        acknowledged = await asyncio.gather(*futures)
        return [
            Told(TopicPartition(each.topic, each.partition), each.offset, row["payload"])
            for each, row in zip(acknowledged, rows, strict=True)
        ]

    async def _forget(self, rows: list[Any], told: list[Told]) -> None:
        """What was acknowledged lies on its topic, but for what came before the topic was made again in the very round."""
        async with self.connection.transaction():
            followed = await own_ends.follow(self.connection, [each for each in told if each.partition.topic in self.compared])
            await forget(self.connection, [row for row, each in zip(rows, told, strict=True) if each.partition not in followed.torn])
            for each in sorted(followed.fell):
                await own_ends.halt(self.connection, each, own_ends.MADE_AGAIN)
        self.unsure = bool(followed.skipped)


def _headers(traceparent: str | None) -> list[tuple[str, bytes]]:
    headers = [("content-type", CONTENT_TYPE.encode())]
    return headers if traceparent is None else [*headers, ("traceparent", traceparent.encode())]
