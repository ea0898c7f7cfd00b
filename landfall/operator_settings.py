"""The settings of the service that an operator looks after, and a look at its Kafka beside its database."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from chassis.broker import onlooker
from chassis.database import connect
from chassis.settings import SECRETS, Settings
from landfall.operators import RefusedError

FAILURES = (SettingsError, ValidationError, OSError, asyncpg.PostgresError, KafkaError, RefusedError)


class Operator(Settings):
    """The settings of the service that an operator looks after; its HTTP side is not asked."""

    api_token: SecretStr = SecretStr("")


def read_operator() -> Operator:
    """The service's own LANDFALL_* variables, or files in /run/secrets."""
    return Operator(_secrets_dir=SECRETS if SECRETS.is_dir() else None)


@asynccontextmanager
async def at(settings: Operator) -> AsyncIterator[tuple["asyncpg.Connection[asyncpg.Record]", AIOKafkaConsumer]]:
    """The service's database, as the service, and a look at its Kafka."""
    connection, looking = await connect(settings, "operator"), onlooker(settings, "operator")
    try:
        await looking.start()
        yield connection, looking
    finally:
        await looking.stop()
        await connection.close()


def carry_out(order: Callable[[Operator], Awaitable[Any]]) -> int:
    """0 when it was carried out, 1 with the reason on standard error."""
    try:
        asyncio.run(_run(order))
    except FAILURES as error:
        print(f"not done: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1
    return 0


async def _run(order: Callable[[Operator], Awaitable[Any]]) -> None:
    await order(read_operator())
