"""One database and two roles for each service: one owns the tables, the other may only use them, and neither gets into another's."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from contracts.catalogue import SERVICES


@dataclass(frozen=True, slots=True)
class Database:
    """Where a service's database is: as the service, and as the owner of its tables. Both hold a password: never print them."""

    url: str
    owner_url: str


def passwords() -> dict[str, str]:
    """Fresh random passwords for all roles."""
    return {role: secrets.token_urlsafe(24) for service in SERVICES for role in (service, f"{service}_owner")}


def url_of(superuser_url: str, role: str, password: str, database: str) -> str:
    """The same server, another role and database."""
    parts = urlsplit(superuser_url)
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.hostname}:{parts.port}", path=f"/{database}"))


async def provision(superuser_url: str, chosen: Mapping[str, str]) -> dict[str, Database]:
    """Make what is missing; `chosen` maps each role to its password. Can be repeated.

    Raises:
        asyncpg.PostgresError: the superuser may not do it.
    """
    connection = await asyncpg.connect(superuser_url, timeout=10)
    try:
        for service in SERVICES:
            for role in (f"{service}_owner", service):
                await _make_role(connection, role, chosen[role])
            await make_database(connection, service, service)
    finally:
        await connection.close()
    found = {service: _database(superuser_url, chosen, service, service) for service in SERVICES}
    for service in SERVICES:
        await grant(superuser_url, service, service)
    return found


def _database(superuser_url: str, chosen: Mapping[str, str], service: str, name: str) -> Database:
    owner = f"{service}_owner"
    return Database(url_of(superuser_url, service, chosen[service], name), url_of(superuser_url, owner, chosen[owner], name))


async def _make_role(connection: "asyncpg.Connection[asyncpg.Record]", role: str, password: str) -> None:
    exists = await connection.fetchval("select 1 from pg_roles where rolname = $1", role)
    # Role names are ours and quoting is PostgreSQL's own: utility statements take no parameters.
    quoted = await connection.fetchval("select quote_literal($1::text)", password)
    await connection.execute(f'{"alter" if exists else "create"} role "{role}" login nosuperuser nocreatedb nocreaterole password {quoted}')


async def make_database(connection: "asyncpg.Connection[asyncpg.Record]", service: str, name: str, template: str | None = None) -> None:
    """A database that only its service and the owner of its tables may enter."""
    if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
        copied = f' template "{template}"' if template else ""
        await connection.execute(f'create database "{name}" owner "{service}_owner"{copied}')
    await connection.execute(f'revoke all on database "{name}" from public')
    await connection.execute(f'grant connect on database "{name}" to "{service}"')


async def grant(superuser_url: str, service: str, name: str) -> None:
    """What the owner makes, the service may read and write; nothing more."""
    parts = urlsplit(superuser_url)
    connection = await asyncpg.connect(urlunsplit(parts._replace(path=f"/{name}")), timeout=10)
    try:
        await connection.execute("revoke all on schema public from public")
        await connection.execute(f'alter schema public owner to "{service}_owner"')
        await connection.execute(f'grant usage on schema public to "{service}"')
        defaults = f'alter default privileges for role "{service}_owner" in schema public grant'
        await connection.execute(f'{defaults} select, insert, update, delete on tables to "{service}"')
        await connection.execute(f'{defaults} usage, select on sequences to "{service}"')
    finally:
        await connection.close()
