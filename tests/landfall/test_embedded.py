"""The embedded places are ours alone, survive what they promise to survive, and give way where somebody took their port first."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from landfall.children import Leash, free_port, kill
from landfall.embedded.broker import broker
from landfall.embedded.postgres import EmbeddedPostgres
from landfall.embedded.postgres import postgres as embedded
from landfall.system import private_folder
from tests.places.postgres import Postgres


def quicker(monkeypatch: pytest.MonkeyPatch, module: str, port: int) -> None:
    """Let somebody take the port in the instant between our look at it and our start: the first look lies."""
    looks = iter((port,))
    monkeypatch.setattr(f"{module}.free_port", lambda: next(looks, None) or free_port())


@pytest.fixture
async def own_postgres(leash: Leash) -> AsyncIterator[EmbeddedPostgres]:
    async with private_folder() as folder, embedded(folder, leash) as server:
        yield server


async def test_a_broker_whose_port_was_taken_by_another_broker_takes_another_port(
    leash: Leash, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "second").mkdir()
    async with broker(tmp_path, leash) as first:
        taken = int(first.bootstrap.split(":")[1])
        quicker(monkeypatch, "landfall.embedded.broker", taken)

        async with broker(tmp_path / "second", leash) as second:
            assert second.bootstrap != first.bootstrap
            assert second.process.poll() is None


async def test_a_server_whose_port_was_taken_by_another_server_takes_another_port(
    postgres: Postgres, own_postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = urlsplit(postgres.superuser_url).port
    assert taken is not None
    quicker(monkeypatch, "landfall.embedded.postgres", taken)
    own_postgres.stop()
    own_postgres.port = 0

    await own_postgres.start()

    assert own_postgres.port not in {0, taken}


async def test_what_was_committed_is_there_after_a_kill(own_postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(own_postgres.url)
    await connection.execute("create table kept (id bigint)")
    assert own_postgres.process is not None
    kill(own_postgres.process)
    connection.terminate()

    await own_postgres.start()

    connection = await asyncpg.connect(own_postgres.url)
    assert await connection.fetchval("select count(*) from kept") == 0
    await connection.close()


async def test_nobody_enters_without_the_password(own_postgres: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(own_postgres.url.replace(own_postgres.password, "guessed"))
