"""Whether an empty PostgreSQL and an empty Kafka become the places that the services need, and stay so when prepared again."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import SecretStr

from chassis.database import open_pool
from chassis.settings import Settings
from chassis.vault import check_keys
from contracts.catalogue import SERVICES, TOPICS
from landfall.children import Leash
from landfall.embedded.postgres import postgres
from landfall.prepare import LostKeyFileError, Preparation, prepare
from landfall.provision import url_of
from landfall.system import private_folder
from tests.places.kafka import Kafka
from trust.keys import Keys
from trust.vault import KeysVault

PASSWORDS = {service: f"password-of-{service}" for service in SERVICES}


@pytest_asyncio.fixture
async def preparation(leash: Leash, kafka: Kafka, topic_prefix: str) -> AsyncIterator[Preparation]:
    """For a server of its own: roles are the server's, and the other tests' would get new passwords."""
    async with private_folder() as folder, postgres(folder, leash, {"fsync": "off"}) as server:
        yield Preparation(
            superuser_url=SecretStr(server.url),
            service_passwords={service: SecretStr(password) for service, password in PASSWORDS.items()},
            kafka_bootstrap=kafka.bootstrap,
            kafka_topic_prefix=topic_prefix,
            key_folder=folder / "keys",
        )


async def entered(preparation: Preparation, service: str, database: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(url_of(preparation.superuser_url.get_secret_value(), service, PASSWORDS[service], database))


@pytest.mark.kafka
async def test_empty_servers_become_ready_for_the_services(preparation: Preparation) -> None:
    await prepare(preparation)

    assert await topics(preparation) == {topic.name for topic in TOPICS}
    assert Keys.from_file(key_file(preparation, "records")) != Keys.from_file(key_file(preparation, "handover"))
    for service in SERVICES:
        connection = await entered(preparation, service, service)
        assert await connection.fetchval("select count(*) from outbox") == 0
        await connection.close()


@pytest.mark.kafka
async def test_prepared_again_they_stay_as_they_are_and_no_password_is_told(
    preparation: Preparation, capsys: pytest.CaptureFixture[str]
) -> None:
    await prepare(preparation)
    keys, told = key_file(preparation, "records").read_bytes(), capsys.readouterr().out

    await prepare(preparation)

    told_again = capsys.readouterr().out
    assert [told_again.count(f"{service}: database ready, 0 migrations applied now") for service in SERVICES] == [1] * len(SERVICES)
    assert key_file(preparation, "records").read_bytes() == keys
    assert not any(password in told + told_again for password in PASSWORDS.values())


@pytest.mark.kafka
async def test_a_service_gets_into_its_own_database_and_no_other(preparation: Preparation) -> None:
    await prepare(preparation)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await entered(preparation, "stats", "records")


@pytest.mark.kafka
async def test_a_database_whose_key_file_is_lost_gets_no_new_one(preparation: Preparation) -> None:
    await prepare(preparation)
    lost = key_file(preparation, "records")
    async with open_pool(_settings_of_records(preparation), "test") as pool:
        await check_keys(pool, KeysVault(Keys.from_file(lost)))
    lost.unlink()

    with pytest.raises(LostKeyFileError, match="put that one back"):
        await prepare(preparation)

    assert not lost.exists()


def _settings_of_records(preparation: Preparation) -> Settings:
    url = url_of(preparation.superuser_url.get_secret_value(), "records", PASSWORDS["records"], "records")
    return Settings(database_url=SecretStr(url), api_token=SecretStr("-"))


def key_file(preparation: Preparation, service: str) -> Path:
    """Where its key file is made."""
    assert preparation.key_folder is not None
    return preparation.key_folder / service / "development.json"


async def topics(preparation: Preparation) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=preparation.kafka_bootstrap)
    await admin.start()
    try:
        names = await admin.list_topics()
    finally:
        await admin.close()
    prefix = preparation.kafka_topic_prefix
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
