"""`landfall play`: the year 2021-22 on a system that runs already, as docker-compose.yml starts it, and its figures."""

import argparse
import asyncio
import sys
from datetime import date
from typing import Self

from aiokafka.errors import KafkaError
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsError
from rich.console import Console

from chassis.settings import ClockKind, Variables
from contracts.catalogue import SERVICES
from landfall import figures, tables
from landfall.demo import DID_NOT_PLAY, SEED, WIDTH, judge
from simulators import year
from simulators.calm import NoRestError
from simulators.desk import DeskError
from simulators.director import director
from simulators.forces import NotAskedError
from simulators.line import Address, UsedTopicsError

FAILURES = (SettingsError, ValidationError, OSError, KafkaError, NoRestError, DeskError, NotAskedError, UsedTopicsError)


class Outside(Variables):
    """What outsiders know of the system: its Kafka, its HTTP addresses and their token, and that it follows the event clock.

    Raises:
        pydantic.ValidationError: a variable is missing or malformed; the text names it and never shows what it held.
    """

    clock: ClockKind = Field(default=ClockKind.LIVE, description="has to be `event`, as it has for the services that are played on")
    kafka_bootstrap: str = Field(description="where Kafka is asked first: host:port")
    kafka_topic_prefix: str = Field(default="", description="what every topic begins with, where a broker is shared")
    service_addresses: dict[str, str] = Field(description="a JSON object with the HTTP address of each service")
    api_token: SecretStr = Field(description="what every service is sent as bearer token")

    @model_validator(mode="after")
    def _services_that_follow_the_scenario(self) -> Self:
        if self.clock is ClockKind.LIVE:
            message = "the services go by the wall clock: start them, and this, with LANDFALL_CLOCK=event (deploy/compose/scenario.env)"
            raise ValueError(message)
        if set(self.service_addresses) != set(SERVICES):
            message = f"LANDFALL_SERVICE_ADDRESSES must be a JSON object with an HTTP address for each of {', '.join(SERVICES)}"
            raise ValueError(message)
        return self


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=SEED, help="another seed tells another year with the same published figures")


def run(arguments: argparse.Namespace) -> int:
    """0 if the year was played and every figure is right, 2 if a figure differs, 1 if it could not be played."""
    try:
        return asyncio.run(_play(Outside.read(), arguments.seed))
    except FAILURES as error:
        print(f"not played: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return DID_NOT_PLAY


async def _play(outside: Outside, seed: int) -> int:
    console = Console(width=WIDTH, highlight=False, soft_wrap=True)

    async def show(day: date) -> None:
        if day.day == 1:
            console.print(f"{day:%B %Y}")

    script = await asyncio.to_thread(year.script, seed)
    address = Address(outside.kafka_bootstrap, topic_prefix=outside.kafka_topic_prefix)
    async with director(address, lambda: outside.service_addresses, outside.api_token.get_secret_value()) as everybody:
        await everybody.play(script, show)
        found = await figures.read(everybody.desk)
    tables.show(console, found)
    return judge(found, script, console)
