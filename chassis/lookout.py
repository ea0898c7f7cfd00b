"""What others change while this one reads: stops written and cleared, halts cleared, topics made again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import TopicPartition

from chassis import earlier, place, stops
from chassis.database import Pool
from chassis.footing import Footing
from chassis.place import Place
from chassis.pulse import Pulse
from contracts.catalogue import BY_NAME

MEASURE_SECONDS = 10.0
COMPARE_SECONDS = 60.0
COMPARE_PATIENCE_SECONDS = 1.0

HELD = """
select topic, reason, count(*) as held, extract(epoch from now() - min(kept_at))::float8 as seconds from held group by topic, reason
"""

log = structlog.get_logger()


@dataclass(slots=True)
class Lookout:
    """Looks about once a second; a partition that may be read again is settled anew, without a restart.

    A topic that is made again under a reader, and at once grows beyond its place, is read on as if nothing were: only what lay before an
    earlier place tells, which is kept in the database, about once a minute, for whoever reads on after this one.
    """

    pool: Pool
    footing: Footing
    pulse: Pulse
    known: dict[str, str] = field(default_factory=dict)
    measured_at: float = float("-inf")
    compared_at: float = float("-inf")

    async def look(self) -> None:
        """Take up what may be read again, and leave what may not."""
        found = await stops.read(self.pool)
        for topic in found.keys() - self.known.keys():
            log.critical("reading_stopped", topic=topic, why=found[topic])
        for topic in self.known.keys() - found.keys():
            log.warning("reading_goes_on", topic=topic)
        self.known = found
        self.pulse.stopped(found)
        self.footing.doubt([each for each in self.footing.expected if stops.why_stopped(each.topic, found) is not None])
        await self._take_up(found)
        if monotonic() - self.measured_at >= MEASURE_SECONDS:
            await self._measure()
            self.measured_at = monotonic()

    async def _take_up(self, found: dict[str, str]) -> None:
        """What is free again, and what an operator has moved, is settled anew."""
        settled = self.footing.consumer.assignment() - self.footing.assignment.unsettled
        places = await place.read(self.pool, {each for each in settled if stops.why_stopped(each.topic, found) is None})
        free = [each for each, at in places.items() if at.halted is None and self.footing.is_elsewhere(each, at)]
        for each in free:
            self.pulse.goes_on(each)
        self.footing.doubt(free)
        if monotonic() - self.compared_at >= COMPARE_SECONDS:
            self.compared_at = monotonic()
            await self._compare({each: at for each, at in places.items() if each in self.footing.expected and at.halted is None})

    async def _compare(self, places: Mapping[TopicPartition, Place]) -> None:
        """Where Kafka does not answer at once, and reading is not to wait for it, the same is compared a minute later."""
        known, compacted = await earlier.read(self.pool, places), self.footing.compacted
        compared = await earlier.compare(self.footing.onlooker, known, compacted, COMPARE_PATIENCE_SECONDS)
        for each, why in compared.disagreeing.items():
            self.footing.doubt([each])
            await self.footing.halt(each, why, places[each].next)
        not_again = compared.disagreeing.keys() | compared.leaderless | compared.withheld
        await earlier.keep(self.pool, {each: at for each, at in places.items() if each not in not_again})

    async def _measure(self) -> None:
        held, oldest = Counter[tuple[str, str]](), dict[tuple[str, str], float]()
        for row in await self.pool.fetch(HELD):
            of = _family_of(row["topic"]), row["reason"]
            held[of] += row["held"]
            oldest[of] = max(row["seconds"], oldest.get(of, 0.0))
        self.pulse.holds(held, oldest)


def _family_of(topic: str) -> str:
    """A topic that only a newer release knows is counted by its name."""
    return BY_NAME[topic].family.name if topic in BY_NAME else topic
