"""Migrations run once each, in order, whoever else runs them; one that was applied is never edited."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

import services
from chassis.migrate import LOCK, ChangedMigrationError, migrate, migrations_of
from contracts.catalogue import SERVICES
from tests.conftest import FreshDatabase
from tests.places.postgres import Postgres
from tests.waiting import until


@pytest_asyncio.fixture
async def empty(postgres: Postgres) -> AsyncIterator[str]:
    """An empty database's address."""
    name, found = await postgres.fresh("intel")
    owner = await asyncpg.connect(found.owner_url)
    for table in [row["tablename"] for row in await owner.fetch("select tablename from pg_tables where schemaname = 'public'")]:
        await owner.execute(f'drop table "{table}"')
    await owner.close()
    yield found.owner_url
    await postgres.drop(name)


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service of the test's own, `services.ward`, with one migration; its folder of migrations."""
    package = tmp_path / "ward"
    folder = package / "migrations"
    folder.mkdir(parents=True)
    (package / "__init__.py").touch()
    (folder / "0001_pre_ward.sql").write_text("create table ward (id uuid primary key);")
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "services.ward", raising=False)
    return folder


async def _applied(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [f"{row['room']}/{row['name']}" for row in await connection.fetch("select room, name from migration order by room, name")]
    finally:
        await connection.close()


async def test_each_migration_is_applied_once_the_chassis_first(empty: str, ward: Path) -> None:
    first = await migrate(empty, "ward")
    (ward / "0002_pre_beds.sql").write_text("create table bed (id uuid primary key);")
    second = await migrate(empty, "ward")
    third = await migrate(empty, "ward")

    assert (first[0], first[-1], second, third) == ("0001_pre_carrier.sql", "0001_pre_ward.sql", ["0002_pre_beds.sql"], [])
    assert await _applied(empty) == [f"{room}/{each.name}" for room, each in migrations_of("ward")]


async def test_a_migration_that_was_edited_after_it_was_applied_is_refused(empty: str, ward: Path) -> None:
    await migrate(empty, "ward")
    (ward / "0001_pre_ward.sql").write_text("create table ward (id bigint primary key);")

    with pytest.raises(ChangedMigrationError, match=r"0001_pre_ward\.sql was applied and has been changed since"):
        await migrate(empty, "ward")


async def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(empty: str, ward: Path) -> None:
    broken = ward / "0002_pre_beds.sql"
    broken.write_text("create table bed (id uuid primary key); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, "ward")

    broken.write_text("create table bed (id uuid primary key);")

    assert await migrate(empty, "ward") == ["0002_pre_beds.sql"]


@pytest.mark.usefixtures("ward")
async def test_of_two_who_migrate_at_once_one_applies_and_the_other_finds_it_done(empty: str) -> None:
    applied = await asyncio.gather(migrate(empty, "ward"), migrate(empty, "ward"))

    assert sorted(map(len, applied)) == [0, len(migrations_of("ward"))]


@pytest.mark.usefixtures("ward")
async def test_who_migrates_waits_for_whoever_migrates_before(empty: str) -> None:
    before = await asyncpg.connect(empty)
    await before.execute("select pg_advisory_lock($1)", LOCK)

    migrating = asyncio.create_task(migrate(empty, "ward"))

    async def it_waits() -> bool:
        return bool(await before.fetchval("select exists (select from pg_locks where locktype = 'advisory' and not granted)"))

    await until(it_waits, "it waits for the lock")
    untouched = await before.fetchval("select to_regclass('migration') is null")
    await before.close()
    await migrating

    assert untouched


async def test_a_service_may_use_its_tables_and_not_change_them(postgres: Postgres) -> None:
    name, found = await postgres.fresh("intel")
    service = await asyncpg.connect(found.url)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("drop table said")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("create table mine (id uuid)")
    await service.close()

    await postgres.drop(name)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_constraint_fails_only_at_the_commit_past_every_savepoint(database: FreshDatabase, service: str) -> None:
    """H11."""
    connection = await asyncpg.connect((await database(service)).owner_url)
    deferrable = await connection.fetch("select conname from pg_constraint where condeferrable")
    deferred = await connection.fetch("select tgname from pg_trigger where tgdeferrable")
    await connection.close()

    assert [*deferrable, *deferred] == []
