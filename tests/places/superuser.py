"""The superuser of the server that tests run on, in the database of one service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from landfall.provision import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def url_at(superuser_url: str, name: str) -> str:
    """The same superuser's, of the database of that name."""
    return urlunsplit(urlsplit(superuser_url)._replace(path=f"/{name}"))


def url_in(superuser_url: str, found: Database) -> str:
    """The same superuser's, of a service's database."""
    return url_at(superuser_url, urlsplit(found.url).path[1:])


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """One connection, closed on leaving; a pool would hold some that ended when its database was restored."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
