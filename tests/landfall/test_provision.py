"""Each service has its own database, and its role can neither enter another's nor change its own tables."""

from urllib.parse import urlsplit

import asyncpg
import pytest

from landfall.provision import url_of
from tests.conftest import FreshDatabase
from tests.places.postgres import Postgres


async def test_a_service_is_refused_by_the_databases_of_the_others(postgres: Postgres, database: FreshDatabase) -> None:
    name = urlsplit((await database("stats")).url).path.removeprefix("/")
    another = url_of(postgres.superuser_url, "intel", postgres.chosen["intel"], name)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(another)


async def test_a_service_does_not_own_its_tables(database: FreshDatabase) -> None:
    own = await database("intel")
    connection = await asyncpg.connect(own.url)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("alter table said add column more text")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("create table mine (id bigint)")

    await connection.close()


async def test_a_wrong_password_is_refused(postgres: Postgres, database: FreshDatabase) -> None:
    name = urlsplit((await database("intel")).url).path.removeprefix("/")
    wrong = url_of(postgres.superuser_url, "intel", "wrong", name)

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


async def test_provisioning_again_changes_nothing(postgres: Postgres, database: FreshDatabase) -> None:
    own = await database("intel")

    await postgres.prepare()

    connection = await asyncpg.connect(own.url)
    assert await connection.fetchval("select current_user") == "intel"
    await connection.close()
