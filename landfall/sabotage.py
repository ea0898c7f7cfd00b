"""Two ways to break the line on purpose, so that everybody can see the figures notice: a message lost, a message counted twice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from simulators.desk import Desk
from simulators.script import Outcome, Script, Telling

FORGET = "delete from notification where notification_id = $1"


class Sabotage(StrEnum):
    """drop: one notification is never told. double: records forgets one notification just before it is told again."""

    DROP = "drop"
    DOUBLE = "double"


def told_again(script: Script) -> Iterator[tuple[Telling, Telling]]:
    """Refused notifications that their channel tells once more on a later day: both tellings."""
    refused = {(each.channel, each.reference): each for each in script.tellings if each.outcome is Outcome.REFUSED}
    for each in script.tellings:
        first = refused.get((each.channel, each.reference))
        if first is not None and each.outcome is Outcome.DUPLICATED and each.day > first.day:
            yield first, each


def withhold(script: Script) -> tuple[Script, Telling]:
    """The script without one refused notification, the kind that nobody would miss; and that notification."""
    repeated = {(each.channel, each.reference) for each in script.tellings if each.outcome is Outcome.DUPLICATED}
    refused = (each for each in script.tellings if each.outcome is Outcome.REFUSED)
    lost = next(each for each in refused if (each.channel, each.reference) not in repeated)
    return replace(script, tellings=tuple(each for each in script.tellings if each is not lost)), lost


@dataclass(frozen=True, slots=True)
class Forgetfulness:
    """Takes from records' database, with the superuser's hand and at rest, the one row by which the second telling would be known."""

    first: Telling
    second: Telling
    superuser_url: str
    desk: Desk

    async def strike(self, day: date) -> bool:
        """On the day of the second telling; whether it was done."""
        if day != self.second.day:
            return False
        asked = {"channel": self.first.channel, "reference": self.first.reference}
        known = await self.desk.call("records", "GET", "/notifications", params=asked)
        connection = await asyncpg.connect(urlunsplit(urlsplit(self.superuser_url)._replace(path="/records")), timeout=10)
        try:
            await connection.execute(FORGET, known["notification_id"])
        finally:
            await connection.close()
        return True
