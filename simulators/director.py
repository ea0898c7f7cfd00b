"""Plays a script day by day: tells what is told, lets persons decide, ends the day, and waits for rest after each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from contracts.catalogue import BY_NAME, SCENARIO, Topic, read_by, topic_name
from contracts.clock import DayBegan, DayEnded
from contracts.fact import Fact
from simulators import desk
from simulators.calm import Calm
from simulators.days import FIRST_DAY, YEAR_ENDS, begins, days, ends
from simulators.desk import Addresses, Desk
from simulators.forces import Forces, forces
from simulators.line import TYPE_HEADER, Address, Headers, Line, line, onlooker, value_of
from simulators.malformed import flawed
from simulators.script import Flaw, Script, Telling, TravelTelling, by_day

ODD_HEADERS: Headers = (TYPE_HEADER, ("x-feed-trace", b"\xff\xfe\x00\x80"))

QUIET = [topic for topic in read_by(SCENARIO) if topic.family.name == "quiet"]

OnDay = Callable[[date], Awaitable[None]]


async def _nothing(_day: date) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Director:
    """Everybody outside, ready to play."""

    line: Line
    forces: Forces
    desk: Desk
    calm: Calm

    async def play(self, script: Script, on_day: OnDay = _nothing) -> None:
        """Every day of the calendar, whether something happens on it or not; `on_day` is awaited before each, when all is at rest.

        Raises:
            NoRestError: something told was not heard.
            DeskError: a service refused what a person decided.
        """
        happenings = by_day(script)
        for day in days(FIRST_DAY, YEAR_ENDS):
            await on_day(day)
            await self._day(day, happenings.get(day, Script()))

    async def _day(self, day: date, happening: Script) -> None:
        await self.line.announce(DayBegan(day=day), begins(day))
        if happening != Script():  # where nothing is told the line rests as it did when the day began
            await self._tell(happening)
            await self.calm.wait(begins(day))
        if flawed_ones := [each for each in happening.tellings if each.flaw is not None]:
            await self._tell_unreadable(flawed_ones)
            await self.calm.wait(begins(day))
        if happening.decisions or happening.closures or happening.offers:
            await self._decide(happening)
            await self.calm.wait(begins(day))
        await self.line.announce(DayEnded(day=day), ends(day))
        await self.calm.wait(ends(day))

    async def _tell(self, happening: Script) -> None:
        for telling in happening.tellings:
            if telling.flaw is None:
                await self._tell_notification(telling)
        for travel in happening.travels:
            await self._tell_travel(travel)
        for answer in happening.answers:
            await self.forces.answer(answer, self.line)
        await self.line.settled()

    async def _decide(self, happening: Script) -> None:
        for decision in happening.decisions:
            await self.desk.decide(decision)
        for closure in happening.closures:
            await self.desk.close(closure)
        for offer in happening.offers:
            await self.desk.offer(offer)

    async def _tell_notification(self, telling: Telling) -> None:
        topic = BY_NAME[topic_name("notifications", telling.channel)]
        headers = ODD_HEADERS if telling.odd_headers else (TYPE_HEADER,)
        await self.line.put(topic, *keyed_value(topic, telling.notice, telling), headers)

    async def _tell_unreadable(self, tellings: Sequence[Telling]) -> None:
        """At rest: what cannot be read has no time of its own, and is dated by a clock that must have heard of the day."""
        for telling in tellings:
            topic = BY_NAME[topic_name("notifications", telling.channel)]
            key, value = keyed_value(topic, telling.notice, telling)
            await self.line.put(topic, *flawed(telling.flaw or Flaw.NULL, key, value))

    async def _tell_travel(self, travel: TravelTelling) -> None:
        topic = BY_NAME[topic_name("travel-notices", travel.sender)]
        await self.line.put(topic, *keyed_value(topic, travel.notice, travel))


def keyed_value(topic: Topic, fact: Fact, told: Telling | TravelTelling) -> tuple[bytes, bytes]:
    """Key and value of one telling, from the topic's own source at the script's own time."""
    return fact.subject.encode(), value_of(fact, topic.source, told.at)


@asynccontextmanager
async def director(address: Address, addresses: Addresses, token: str) -> AsyncIterator[Director]:
    """Connected to Kafka and to the services' HTTP side until left.

    Raises:
        UsedTopicsError: the topics are not empty.
    """
    async with line(address) as told, forces(address) as heard, onlooker(address, QUIET) as answers, desk.client(token) as client:
        yield Director(told, heard, Desk(client, addresses), Calm(told, heard, answers))
