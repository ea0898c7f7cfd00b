"""`landfall prepare`: roles, databases, tables, keys and topics on servers that run already; repeated, it makes what is missing."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Self

import asyncpg
from aiokafka.errors import KafkaError
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsError

from chassis.migrate import ChangedMigrationError, migrate
from chassis.settings import SECRETS, Variables
from contracts.catalogue import SECRET_KEEPERS, SERVICES, TOPICS
from landfall.provision import Database, passwords, provision
from landfall.topics import TopicError, make_topics
from trust.keys import write_development_key_file


class LostKeyFileError(RuntimeError):
    """A database is sealed under keys that are gone; new ones would record everybody twice."""

    def __init__(self, key_file: Path) -> None:
        super().__init__(f"the database is sealed under the key file that was at {key_file}; put that one back")


FAILURES = (SettingsError, ValidationError, OSError, asyncpg.PostgresError, ChangedMigrationError, LostKeyFileError, KafkaError, TopicError)


class Preparation(Variables):
    """Where the servers are and which password each service will show. Owners of tables get a fresh one each time, known to nobody after.

    Raises:
        pydantic.ValidationError: a variable is missing or malformed; the text names it and never shows what it held.
    """

    superuser_url: SecretStr = Field(description="PostgreSQL, as its superuser: postgresql://role:password@host:port/database")
    service_passwords: dict[str, SecretStr] = Field(description="a JSON object with the password that each service shows at its database")
    kafka_bootstrap: str = Field(description="where Kafka is asked first: host:port")
    kafka_topic_prefix: str = Field(default="", description="what every topic begins with, where a broker is shared")
    topic_replicas: int = Field(default=1, description="how many brokers keep each topic")
    key_folder: Path | None = Field(
        default=None, description="where a development key file is made for each service that needs one; without it none is made"
    )

    @model_validator(mode="after")
    def _a_password_for_each_service(self) -> Self:
        if set(self.service_passwords) != set(SERVICES):
            message = f"LANDFALL_SERVICE_PASSWORDS must be a JSON object with one password for each of {', '.join(SERVICES)}"
            raise ValueError(message)
        return self


async def prepare(preparation: Preparation) -> None:
    """Make what is missing.

    Raises:
        OSError, asyncpg.PostgresError: PostgreSQL does not answer or refuses.
        ChangedMigrationError: a migration that was applied has been edited.
        LostKeyFileError: a database is sealed under a key file that is not there any more.
        KafkaError, TopicError: Kafka does not answer or refuses.
    """
    databases = await _prepare_databases(preparation)
    if preparation.key_folder is not None:
        for service in SECRET_KEEPERS:
            await _prepare_keys(preparation.key_folder / service / "development.json", databases[service])
    await make_topics(preparation.kafka_bootstrap, prefix=preparation.kafka_topic_prefix, replicas=preparation.topic_replicas)
    tell(f"topics: all {len(TOPICS)} are there")


async def _prepare_databases(preparation: Preparation) -> dict[str, Database]:
    chosen = passwords() | {service: password.get_secret_value() for service, password in preparation.service_passwords.items()}
    databases = await provision(preparation.superuser_url.get_secret_value(), chosen)
    for service, database in databases.items():
        applied = await migrate(database.owner_url, service)
        tell(f"{service}: database ready, {len(applied)} migrations applied now")
    return databases


async def _prepare_keys(key_file: Path, database: Database) -> None:
    if await asyncio.to_thread(key_file.exists):
        return
    connection = await asyncpg.connect(database.owner_url, timeout=10)
    try:
        if await connection.fetchval("select exists (select from key_check)"):
            raise LostKeyFileError(key_file)
    finally:
        await connection.close()
    write_development_key_file(key_file)
    tell(f"keys: a development key file was made at {key_file}; what is sealed under it cannot be opened without it")


def tell(text: str) -> None:
    """One line of progress."""
    print(text, flush=True)  # noqa: T201 - this is what the command is for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: passwords do not belong on a command line, and the rest comes the same way."""
    parser.epilog = f"Reads LANDFALL_SUPERUSER_URL, LANDFALL_SERVICE_PASSWORDS and LANDFALL_KAFKA_BOOTSTRAP, or files in {SECRETS}."


def run(_arguments: argparse.Namespace) -> int:
    """0 when everything is there; 1 with the reason on standard error when it is not. What was made until then stays."""
    try:
        asyncio.run(prepare(Preparation.read()))
    except FAILURES as error:
        print(f"not prepared: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1
    return 0
