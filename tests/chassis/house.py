"""A service of the tests' own on real PostgreSQL and Kafka: it puts down what it hears, and fails where it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import SecretStr

from chassis.app import serve
from chassis.database import Pool, Transaction
from chassis.occasion import Batch, Coordinates
from chassis.originals import take_up
from chassis.room import Room
from chassis.settings import Profile, Settings
from chassis.vault import Vault
from contracts.catalogue import BY_NAME, topic_of
from contracts.envelope import Envelope
from contracts.partitions import partitions_of
from contracts.wire import decode
from landfall.children import free_port
from landfall.provision import Database
from tests.places.kafka import Kafka
from tests.places.superuser import connected
from tests.waiting import until

EFFECT = "create table effect (nr bigint generated always as identity, id uuid not null, subject text not null, version integer)"
PUT_DOWN = "insert into effect (id, subject, version) select * from unnest($1::uuid[], $2::text[], $3::int[])"
END = """
select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and usename = $1 and pid = coalesce($2::int, pid)
"""
TOKEN = "a token that lives for one test"
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # all is plain HTTP here: to load whom to trust would cost more than to ask

OnBatch = Callable[[Batch, Transaction], Awaitable[None]]
Header = tuple[str, bytes | None]


async def nothing(_batch: Batch, _tx: Transaction) -> None:
    """A handler of which a test asks nothing."""


@dataclass
class Witness:
    """A handler that puts down every telling that it is given; `poison` are subjects that it cannot bear."""

    poison: set[str] = field(default_factory=set)
    and_then: OnBatch = nothing

    async def hear(self, batch: Batch, tx: Transaction) -> None:
        for received in batch:
            if received.envelope.subject in self.poison:
                message = "this one cannot be borne"
                raise ValueError(message)
        told = [received.envelope for received in batch]
        await tx.execute(PUT_DOWN, [each.id for each in told], [each.subject for each in told], [each.version for each in told])
        await self.and_then(batch, tx)


@dataclass(frozen=True)
class Running:
    """One instance of a service, until `stop` is called."""

    task: "asyncio.Task[None]"
    stopping: asyncio.Event
    port: int

    async def stop(self) -> None:
        self.stopping.set()
        await self.task

    async def complains_of(self, complaint: str) -> bool:
        return complaint in await self.complaints()

    async def complaints(self) -> list[str]:
        """What keeps it from being ready."""
        async with httpx.AsyncClient(verify=NOBODY) as http:
            try:
                answer = await http.get(f"http://127.0.0.1:{self.port}/readyz")
            except httpx.TransportError:
                return ["it does not answer yet"]
        return list(answer.json()["complaints"])

    async def says(self, part: str) -> None:
        """Until one of its complaints holds these words."""

        async def it_does() -> bool:
            return any(part in each for each in await self.complaints())

        await until(it_does, f"it says: {part}")

    async def ready(self) -> bool:
        return await self.complaints() == []


async def records_on(kafka: Kafka, prefix: str, name: str) -> list[Any]:
    """All that lies on a topic, partition by partition, as Kafka's client gives it."""
    asked = partitions_of([BY_NAME[name]], prefix, embedded=kafka.profile is Profile.EMBEDDED)
    partitions = [TopicPartition(*each) for each in asked]
    reader = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await reader.start()
    try:
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        found = list[Any]()
        for each in partitions:
            while await reader.position(each) < ends[each]:
                found += (await reader.getmany(each, timeout_ms=1000)).get(each, [])
    finally:
        await reader.stop()
    return found


async def asked(running: Running, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    """One request to a running service."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", headers=headers, verify=NOBODY) as http:
        return await http.request(method, path, json=body)


def _as_it_came(row: asyncpg.Record, vault: Vault | None) -> dict[str, Any]:
    original = take_up(vault, Coordinates(row["topic"], row["partition"], row["offset"]), row["original"])
    return dict(row) | {"key": original.key, "value": original.value, "headers": original.headers}


def _key(told: Envelope[Any]) -> bytes:
    """The scenario keys its clock by the month, so that its days keep their order; all others by the subject."""
    return f"{told.time:%Y-%m}".encode() if told.data.FAMILY == "clock" else told.subject.encode()


@dataclass
class House:
    """Where one service of a test lives. `owner` may do everything in its database, also beside itself."""

    name: str
    database: Database
    superuser_url: str
    kafka: Kafka
    prefix: str
    owner: Pool
    sender: AIOKafkaProducer

    def settings(self, **more: Any) -> Settings:
        return Settings(
            profile=self.kafka.profile, kafka_bootstrap=self.kafka.bootstrap, kafka_topic_prefix=self.prefix, kafka_session_timeout_ms=6000,
            database_url=SecretStr(self.database.url), api_token=SecretStr(TOKEN), **more,
        )  # fmt: skip

    @asynccontextmanager
    async def opened(self, room: Room, **more: Any) -> AsyncIterator[Running]:
        """The service at work; on leaving it is stopped, if it did not end before."""
        stopping, port = asyncio.Event(), free_port()
        task = asyncio.create_task(serve(room, self.settings(http_port=port, **more), stopping))
        running = Running(task, stopping, port)
        try:
            yield running
        finally:
            stopping.set()
            await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def tell(self, *told: Envelope[Any]) -> list[UUID]:
        """Their owners tell these; the ids."""
        sent = [await self.sender.send(self.prefix + topic_of(each.data).name, each.to_bytes(), key=_key(each)) for each in told]
        await asyncio.gather(*sent)
        return [each.id for each in told]

    async def tell_raw(
        self, value: bytes | None, *, key: bytes | None = b"key", headers: Sequence[Header] = (), topic: str = "records.v1"
    ) -> tuple[str, int, int]:
        """Any value at all; where it lies."""
        sent = await self.sender.send_and_wait(self.prefix + topic, value, key=key, headers=list(headers))
        return topic, sent.partition, sent.offset

    async def on_topic(self, name: str) -> list[Envelope[Any]]:
        """All that lies on a topic, partition by partition."""
        return [decode(BY_NAME[name], each) for each in await self.values_on(name)]

    async def values_on(self, name: str) -> list[bytes]:
        """The same, as bytes."""
        return [record.value for record in await self.records_on(name)]

    async def records_on(self, name: str) -> list[Any]:
        """The same, as Kafka's client gives them, with their offsets."""
        return await records_on(self.kafka, self.prefix, name)

    async def effects(self) -> list[UUID]:
        """The ids of all tellings that had an effect, one for each effect."""
        return [row["id"] for row in await self.owner.fetch("select id from effect order by nr")]

    async def versions(self, subject: UUID) -> list[int]:
        """Which versions of this subject had an effect, in the order of the effects."""
        return [row["version"] for row in await self.owner.fetch("select version from effect where subject = $1 order by nr", str(subject))]

    async def held(self, vault: Vault | None = None) -> dict[tuple[str, int, int], dict[str, Any]]:
        """What is set aside, by where it lay; key, value and headers as they came."""
        return {
            (row["topic"], row["partition"], row["offset"]): _as_it_came(row, vault) for row in await self.owner.fetch("select * from held")
        }

    async def reasons(self) -> list[str]:
        return [row["reason"] for row in await self.owner.fetch('select reason from held order by topic, partition, "offset"')]

    async def end_connections(self, pid: int | None = None) -> int:
        """End the service's connections, all or that one, as an administrator would; how many."""
        async with connected(self.superuser_url) as superuser:
            return int(await superuser.fetchval(END, self.name, pid))

    async def fetchval(self, query: str, *arguments: Any) -> Any:
        return await self.owner.fetchval(query, *arguments)
