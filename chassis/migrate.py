"""Plain numbered SQL, run once each in order, under a lock, by the role that owns the tables and no other."""

from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

ROOMS = ("chassis", "services.{service}")
LOCK = 0x6C616E64  # "land": any number that nothing else in the database locks

# A migration that waits for a lock makes everybody wait behind it; it fails instead, and can be run again.
PATIENCE = {"lock_timeout": "5000", "statement_timeout": "600000"}

LEDGER = """
create table if not exists migration (
    room text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (room, name)
)
"""


class ChangedMigrationError(RuntimeError):
    """A migration that was applied reads differently now; write a new one instead."""


def migrations_of(service: str) -> list[tuple[str, Traversable]]:
    """The chassis' own and then the service's, each as (room, file), in the order of their numbers."""
    found: list[tuple[str, Traversable]] = []
    for room in (room.format(service=service) for room in ROOMS):
        folder = files(room) / "migrations"
        found += [(room, each) for each in sorted(folder.iterdir(), key=lambda each: each.name) if each.name.endswith(".sql")]
    return found


async def migrate(owner_url: str, service: str) -> list[str]:
    """Apply what is missing; the names applied.

    Raises:
        ChangedMigrationError: an applied file was edited.
    """
    connection = await asyncpg.connect(owner_url, timeout=10, server_settings=PATIENCE)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await connection.execute(LEDGER)
        rows = await connection.fetch("select room, name, checksum from migration")
        applied = {(row["room"], row["name"]): row["checksum"] for row in rows}
        return [each.name for room, each in migrations_of(service) if await _apply(connection, room, each, applied.get((room, each.name)))]
    finally:
        await connection.close()


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", room: str, each: Traversable, known: str | None) -> bool:
    script = each.read_text()
    checksum = sha256(script.encode()).hexdigest()
    if known == checksum:
        return False
    if known is not None:
        message = f"{room}/{each.name} was applied and has been changed since; put the change into a new file with the next number"
        raise ChangedMigrationError(message)
    async with connection.transaction():
        await connection.execute(script)
        await connection.execute("insert into migration (room, name, checksum) values ($1, $2, $3)", room, each.name, checksum)
    return True
