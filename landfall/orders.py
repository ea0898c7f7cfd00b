"""What every command of an operator needs: which service's database, which Kafka, who asks and why."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from pydantic import Field, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import SettingsError

from chassis.broker import onlooker
from chassis.database import connect
from chassis.settings import SECRETS, Settings

OFFICER = TypeAdapter(Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{0,39}$")])


class OrderRefusedError(ValueError):
    """What was asked for cannot be done; the text says why, and what can."""


FAILURES = (SettingsError, ValidationError, OSError, asyncpg.PostgresError, KafkaError, OrderRefusedError)


class Operator(Settings):
    """The settings of the service that an operator looks after; its HTTP side is not asked."""

    api_token: SecretStr = SecretStr("")


def read_operator() -> Operator:
    """The service's own LANDFALL_* variables, or files in /run/secrets."""
    return Operator(_secrets_dir=SECRETS if SECRETS.is_dir() else None)


def add_who_and_why(parser: argparse.ArgumentParser) -> None:
    """An order is kept with these."""
    parser.add_argument("--by", required=True, type=_officer, help="your staff number or account, never a name")
    parser.add_argument("--reason", required=True, help="why; kept, so name no person in it")


def _officer(text: str) -> str:
    try:
        return OFFICER.validate_python(text)
    except ValidationError:
        message = "a staff number or account of letters, digits, '.', '/' and '-', at most 40"
        raise argparse.ArgumentTypeError(message) from None


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


def tell(text: str) -> None:
    """One line of what was done."""
    print(text, flush=True)  # noqa: T201 - this is what the command is for
