"""Two instances are told of the same people over two channels at the same time, again and again: one record each, every time."""

import asyncio
from collections.abc import Sequence

import httpx
from prometheus_client.parser import text_string_to_metric_families

from chassis.ids import uuid7
from contracts.codes import Channel
from contracts.notifications import Identifier, NotificationReceived
from tests.builders import a_conviction, a_notification, a_person, numbers
from tests.places.superuser import Connection, connected
from tests.proof.load import Load, producing
from tests.proof.system import System
from tests.waiting import until

PEOPLE = 50
SAID = "select count(*) from said where topic = 'decisions.v1'"
RECORDS = "select count(*) from record"
HANDLED = "landfall_messages_handled"


async def rounds(system: System, number: int) -> list[int]:
    """So many rounds; how many records each of them made."""
    made: list[int] = []
    async with connected(system.superuser_url("records")) as connection, producing(system) as outsiders:
        for each in range(number):
            await _tell(outsiders, each)
            await until(lambda at=each: _all_decided(connection, at), "all are decided on")  # type: ignore[misc]  # each round its own
            made.append(await connection.fetchval(RECORDS) - sum(made))
    return made


async def _tell(outsiders: Load, number: int) -> None:
    told = [
        outsiders.tell(each, channel)
        for pair in zip(_people(number, Channel.UK_CRIS, "FR"), _people(number, Channel.INTERPOL, "ES"), strict=True)
        for each, channel in zip(pair, (Channel.UK_CRIS, Channel.INTERPOL), strict=True)
    ]
    await asyncio.gather(*told)


def _people(number: int, channel: str, country: str) -> Sequence[NotificationReceived]:
    """The same people under every channel's own references, which fall on partitions of their own."""
    return [
        a_notification(
            f"{channel[:3].upper()}-{uuid7().hex[-12:]}",
            person=a_person(surname=f"Zynba{number}x{each}", identifiers=_identifiers(number, each)),
            conviction=a_conviction(country=country),
        )
        for each in range(PEOPLE)
    ]


def _identifiers(number: int, person: int) -> tuple[Identifier, ...]:
    """In every other round nothing but names and dates of birth is known: no key of any table would keep a second record out.

    One number among them would: who meets it is put back, and decides again after the other.
    """
    return numbers(passport=f"SYN{number:04}{person:03}") if number % 2 else ()


async def _all_decided(connection: Connection, number: int) -> bool:
    return bool(await connection.fetchval(SAID) == 2 * PEOPLE * (number + 1))


def handled(system: System) -> list[int]:
    """How many notifications each instance decided on, as its metrics say."""
    texts = [httpx.get(f"http://127.0.0.1:{each.port}/metrics", timeout=5).text for each in system.running["records"]]
    return [_counted(text) for text in texts]


def _counted(text: str) -> int:
    (family,) = (each for each in text_string_to_metric_families(text) if each.name == HANDLED)
    return int(family.samples[0].value)
