"""Where a hop is measured: Apache Kafka, PostgreSQL and one records process, each known by its process id."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from chassis.migrate import migrate
from contracts.catalogue import TOPICS
from landfall import kafka_jars, pinned_jars
from landfall.children import Leash, free_port, stop
from landfall.embedded.postgres import postgres
from landfall.provision import Database, passwords, provision
from landfall.service_process import ServiceProcess
from landfall.topics import make_topics
from trust.keys import write_development_key_file

FAMILIES = {"notifications", "travel-notices", "handovers", "records", "decisions", "discards"}
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Bench:
    """What runs, and as which processes."""

    bootstrap: str
    database: Database
    pids: dict[str, int]
    kafka_version: str
    postgres_version: str


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Bench]:
    """Start everything below `folder`; stop it on leaving."""
    leash = Leash()
    async with kafka_jars.kafka(folder, leash) as kafka, postgres(folder, leash) as server:
        database = (await provision(server.url, passwords()))["records"]
        await migrate(database.owner_url, "records")
        await make_topics(kafka.bootstrap, [topic for topic in TOPICS if topic.family.name in FAMILIES])
        records = _records(folder, leash, kafka.bootstrap, database)
        records.start()
        try:
            await _until_ready(records)
            if kafka.process is None or server.process is None or records.process is None:
                message = "a process that was started is gone"
                raise RuntimeError(message)
            pids = {"kafka": kafka.process.pid, "postgres": server.process.pid, "records": records.process.pid, "sender": os.getpid()}
            yield Bench(kafka.bootstrap, database, pids, pinned_jars.version(), await _version(database))
        finally:
            if records.process is not None:
                await asyncio.to_thread(stop, records.process)
            leash.close()


def _records(folder: Path, leash: Leash, bootstrap: str, database: Database) -> ServiceProcess:
    key_file = folder / "keys.json"
    write_development_key_file(key_file)
    port = free_port()
    environment = {
        "LANDFALL_KAFKA_BOOTSTRAP": bootstrap,
        "LANDFALL_DATABASE_URL": database.url,
        "LANDFALL_HTTP_PORT": str(port),
        "LANDFALL_API_TOKEN": "for measuring alone",
        "LANDFALL_KEY_FILE": str(key_file),
        "LANDFALL_LEASH_FD": str(leash.read_fd),
    }
    return ServiceProcess("records", port, environment, folder / "records.log", leash)


async def _until_ready(service: ServiceProcess) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    async with httpx.AsyncClient(timeout=5) as client:
        while service.running and asyncio.get_running_loop().time() < deadline:
            try:
                if (await client.get(f"{service.address}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    message = f"records is not ready:\n{service.log_tail()}"
    raise RuntimeError(message)


async def _version(database: Database) -> str:
    connection = await asyncpg.connect(database.url)
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()
