"""For which service an operator's command is: the one whose LANDFALL_* variables are there, as they are where that service runs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import SecretStr, ValidationError

from chassis.broker import onlooker
from chassis.clients import stop_consumer
from chassis.database import connect
from chassis.settings import SECRETS, DatabaseSettings, Settings
from landfall.operators import Connection, RefusedError

WHERE = f"It is for the service whose LANDFALL_* variables are set, or are files in {SECRETS}: run it where that service runs."
FAILURES = (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError)

SERVICE = "select min(split_part(room, '.', 2)) from migration where room like 'services.%'"

S = TypeVar("S", bound=DatabaseSettings)


class Operator(Settings):
    """The settings of the service that an operator looks after, where its Kafka is asked too; its HTTP side is not."""

    api_token: SecretStr = SecretStr("")


def read(kind: type[S], secrets: Path = SECRETS) -> S:
    """The variables first; what is not among them may be a file such as /run/secrets/landfall_database_url.

    Raises:
        RefusedError: variables are missing or wrong; the text names them and never shows what they hold.
    """
    try:
        return kind.read(secrets)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        wrong = [": ".join([*(f"LANDFALL_{step}".upper() for step in each["loc"]), each["msg"]]) for each in found]
        message = f"{'; '.join(wrong)}. {WHERE}"
        raise RefusedError(message) from None


@asynccontextmanager
async def at_database(settings: DatabaseSettings) -> AsyncIterator[Connection]:
    """The service's database, as the service."""
    connection = await connect(settings, "operator")
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def at(settings: Operator) -> AsyncIterator[tuple[Connection, AIOKafkaConsumer]]:
    """The same, and a look at its Kafka."""
    async with at_database(settings) as connection:
        looking = onlooker(settings, "operator")
        try:
            await looking.start()
            yield connection, looking
        finally:
            await stop_consumer(looking)


async def whose(connection: Connection) -> str:
    """The service whose database this is."""
    return str(await connection.fetchval(SERVICE))


async def refuse_another(connection: Connection, wanted: str) -> None:
    """Make sure whose database this is.

    Raises:
        RefusedError: it is another service's.
    """
    found = await whose(connection)
    if found != wanted:
        message = f"these LANDFALL_* variables are those of {found}; run it where {wanted} runs"
        raise RefusedError(message)


def carry_out(kind: type[S], order: Callable[[S], Coroutine[Any, Any, int | None]]) -> int:
    """The order's status, 0 where it names none; 1 with the reason on standard error where it could not be carried out."""
    try:
        return asyncio.run(order(read(kind))) or 0
    except FAILURES as error:
        why = str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}"
        print(f"not done: {why}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1
