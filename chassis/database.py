"""One pool per process on the service's own database, and the transaction that handlers are given."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from chassis.settings import DatabaseSettings, Settings

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

# Names in quotes: asyncpg's classes are generic in their stubs alone.
Transaction: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

STATEMENT_TIMEOUT_MS = 30_000
LOCK_TIMEOUT_MS = 14_000
"""Two of them fit into a statement, which waits twice where others wait for the same row: it is told so, and its message is not blamed."""
IDLE_TIMEOUT_MS = 60_000

# A host that vanishes says no goodbye: the server finds out by itself, and what it held is free for others.
WHO_IS_GONE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


async def prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """What every connection needs that reads or writes JSON: what it says, not its text."""
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


def server_settings(application: str) -> dict[str, str]:
    """What every connection of ours asks of the server: nothing waits for ever, and no plan made for empty tables outlives them."""
    return {
        "application_name": application,
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT_MS),
        "timezone": "UTC",
        "plan_cache_mode": "force_custom_plan",
        **WHO_IS_GONE,
    }


async def connect(settings: DatabaseSettings, application: str) -> "asyncpg.Connection[asyncpg.Record]":
    """One direct connection outside the pool, for what must live as long as it: the relay's lock."""
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
        settings.database_url.get_secret_value(), server_settings=server_settings(application), timeout=10, command_timeout=60
    )
    await prepare(connection)
    return connection


@asynccontextmanager
async def open_pool(settings: Settings, application: str) -> AsyncIterator[Pool]:
    """A small pool of fixed size; closed on leaving."""
    pool: Pool = await asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=settings.database_pool_size,
        max_size=settings.database_pool_size,
        max_inactive_connection_lifetime=0,
        command_timeout=60,
        timeout=10,
        server_settings=server_settings(application),
        init=prepare,
    )
    try:
        yield pool
    finally:
        await pool.close()


async def answers(pool: Pool) -> bool:
    """Whether the database does now."""
    try:
        return bool(await pool.fetchval("select true"))
    except Exception:  # noqa: BLE001 - whatever it is, it does not answer
        return False


def affected(status: str) -> int:
    """Rows that a statement touched, from its command tag (`UPDATE 3`)."""
    return int(status.rsplit(" ", 1)[-1])


def columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` takes; `width` columns even where there are no rows."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
