"""Asks everybody for rest, again and again, until all is at rest or nothing has moved for too long."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from aiokafka import AIOKafkaConsumer

from contracts.catalogue import BY_NAME, SERVICES, TOPICS, Topic
from contracts.clock import Quiet, RestAsked
from contracts.wire import UnreadableError, decode
from simulators.forces import Forces
from simulators.line import Line
from simulators.quiet import OUTSIDERS, Census, Rest

ANSWER_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.1
HANDOVER = "handover"
OUTSIDE = frozenset(topic.name for topic in TOPICS if topic.family.owner in OUTSIDERS)


class NoRestError(RuntimeError):
    """The line did not come to rest; the text names what was said and not heard, or who gave no answer."""


@dataclass(slots=True)
class Calm:
    """`consumer` reads the services' answers alone."""

    line: Line
    forces: Forces
    consumer: AIOKafkaConsumer
    round: int = 0

    async def wait(self, at: datetime) -> None:
        """Until all is at rest; `at` is the scenario's time.

        Raises:
            NoRestError: nothing has changed for a minute, and it is not at rest.
        """
        await self.line.settled()
        rest, changed_at, pause = Rest(), monotonic(), SHORTEST_PAUSE_SECONDS
        missing: set[str] = set()
        while monotonic() - changed_at < PATIENCE_SECONDS:
            answers = await self._ask(at)
            missing = set(SERVICES) - answers.keys()
            if missing:
                rest.interrupted()
                continue
            before = rest.last
            if rest.look(await self._census(answers)):
                return
            if before is None or rest.last is None or before.counts != rest.last.counts:
                changed_at, pause = monotonic(), SHORTEST_PAUSE_SECONDS
            if rest.unbalanced:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise NoRestError(_complaint(rest, missing))

    async def _ask(self, at: datetime) -> dict[str, Quiet]:
        """The services' answers to a new round, as far as they come in time. One that was restarted is asked anew in the next."""
        self.round += 1
        await self.line.announce(RestAsked(round=self.round), at)
        answers: dict[str, Quiet] = {}
        deadline = monotonic() + ANSWER_SECONDS
        while answers.keys() < set(SERVICES) and monotonic() < deadline:
            for partition, records in (await self.consumer.getmany(timeout_ms=int(ANSWER_SECONDS * 1000))).items():
                topic = BY_NAME[partition.topic.removeprefix(self.line.address.topic_prefix)]
                answers |= {quiet.who: quiet for record in records if (quiet := self._answer(topic, record.value)) is not None}
        return answers

    def _answer(self, topic: Topic, value: bytes) -> Quiet | None:
        try:
            told = decode(topic, value).data
        except UnreadableError:
            return None
        return told if isinstance(told, Quiet) and told.round == self.round else None

    async def _census(self, answers: dict[str, Quiet]) -> Census:
        await self.forces.catch_up(answers[HANDOVER].said)
        return Census(answers, {name: count for name, count in self.line.said.items() if name in OUTSIDE}, dict(self.forces.heard))


def _complaint(rest: Rest, missing: set[str]) -> str:
    if missing:
        return f"no answer from {', '.join(sorted(missing))} for {PATIENCE_SECONDS:.0f} s: is it running?"
    found = "; ".join(str(each) for each in rest.unbalanced[:5]) or "the counts keep changing"
    return f"no rest for {PATIENCE_SECONDS:.0f} s: {found}"
