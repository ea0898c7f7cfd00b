"""Records that are told of without pause, version after version, until it is enough; and a place for them to be heard."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer

from landfall.children import Leash
from landfall.provision import Database
from tests.chassis.disagreeing import PARTITIONS, record_on
from tests.chassis.house import records_on
from tests.chassis.tellings import amended, created
from tests.faults import witness
from tests.faults.service import ServiceProcess, environment_of
from tests.places.kafka import Kafka

ON_EACH_PARTITION = 4
PAUSE_SECONDS = 0.1


@dataclass
class Stage:
    """One Kafka, one database, and the processes that read there."""

    kafka: Kafka
    prefix: str
    database: Database
    owner: "asyncpg.Connection[asyncpg.Record]"
    leash: Leash
    folder: Path
    told: list[UUID] = field(default_factory=list)
    processes: list[ServiceProcess] = field(default_factory=list)

    def start(self, number: int, **environment: str) -> Sequence[ServiceProcess]:
        """So many more instances."""
        settings = environment_of(self.kafka, self.database, self.prefix, self.folder) | environment
        started = [
            ServiceProcess("intel", settings, self.leash, self.folder / f"{len(self.processes) + each}.log", "tests.faults.witness")
            for each in range(number)
        ]
        self.processes += started
        return started

    async def fetchval(self, query: str, *arguments: Any) -> Any:
        return await self.owner.fetchval(query, *arguments)

    async def effects(self) -> list[UUID]:
        return [row["id"] for row in await self.owner.fetch("select id from effect")]

    async def all_that_was_said_was_told_once(self) -> bool:
        """Whether just that lies on the topic, each once."""
        told = [record.value for record in await records_on(self.kafka, self.prefix, "checks.v1")]
        said = [row["payload"] for row in await self.owner.fetch("select payload from said")]
        return Counter(told) == Counter(said)

    async def versions(self) -> dict[str, list[int]]:
        """The versions of each record in the order in which they were applied."""
        found: dict[str, list[int]] = {}
        for row in await self.owner.fetch("select subject, version from effect order by nr"):
            found.setdefault(row["subject"], []).append(row["version"])
        return found

    async def all_is_applied(self) -> bool:
        return await self.has_applied(len(self.told))

    async def has_applied(self, number: int) -> bool:
        return bool(await self.fetchval("select count(*) >= $1 from effect", number))

    @asynccontextmanager
    async def under_load(self) -> AsyncIterator[None]:
        """Told of without pause; on leaving, what was begun is told to its end."""
        enough = asyncio.Event()
        telling = asyncio.create_task(self._tell_until(enough))
        try:
            yield
        finally:
            enough.set()
            await telling

    async def _tell_until(self, enough: asyncio.Event) -> None:
        records, version = [record_on(each) for each in PARTITIONS for _ in range(ON_EACH_PARTITION)], 0
        async with AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap, acks="all", enable_idempotence=True) as sender:
            while not enough.is_set():
                version += 1
                told = [created(each) if version == 1 else amended(each, version) for each in records]
                sent = [await sender.send(self.prefix + "records.v1", each.to_bytes(), key=each.subject.encode()) for each in told]
                await asyncio.gather(*sent)
                self.told += [each.id for each in told]
                with suppress(TimeoutError):
                    await asyncio.wait_for(enough.wait(), PAUSE_SECONDS)


@asynccontextmanager
async def stage(kafka: Kafka, database: Database, prefix: str, leash: Leash, folder: Path) -> AsyncIterator[Stage]:
    """Whatever happens, no process is left."""
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(witness.EFFECT)
    found = Stage(kafka, prefix, database, owner, leash, folder)
    try:
        yield found
    finally:
        for each in found.processes:
            each.end()
        await owner.close()
