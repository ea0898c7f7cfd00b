"""Where this reader stands on each partition: no value is looked at before its stored place was found to fit the topic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import agreement, earlier, place, stops
from chassis.assignment import Assignment
from chassis.database import Pool
from chassis.offsets import how_far, misfit
from chassis.originals import Raw
from chassis.progress import Sight
from chassis.pulse import Pulse
from chassis.stops import why_stopped
from chassis.unanswered import Unanswered

log = structlog.get_logger()


class WentBackError(RuntimeError):
    """The database is older than it was: it was restored under this service, which has to start again and hear itself first."""


@dataclass(slots=True)
class Footing:
    """`expected` is the place of each partition that may be read; one that is doubtful or halted has none, and is paused.

    `compacted` are the topics whose offsets have holes, by their full names.
    `settled_at` is where a partition was taken up, or settled anew, for as long as what follows may have been tried before.
    """

    consumer: AIOKafkaConsumer
    onlooker: AIOKafkaConsumer
    assignment: Assignment
    pool: Pool
    pulse: Pulse
    compacted: frozenset[str] = frozenset()
    expected: dict[TopicPartition, int] = field(default_factory=dict)
    settled_at: dict[TopicPartition, int] = field(default_factory=dict)
    misfits: dict[TopicPartition, int] = field(default_factory=dict)
    furthest: dict[TopicPartition, tuple[int, int]] = field(default_factory=dict)
    unanswered: Unanswered = field(default_factory=Unanswered)

    async def settle(self) -> None:
        """Bring every newly assigned or doubtful partition to its stored place, or leave it paused if place and topic disagree.

        One about which Kafka does not answer stays doubtful, alone.

        Raises:
            WentBackError: see there.
        """
        assigned = self.consumer.assignment()
        self.expected = {each: following for each, following in self.expected.items() if each in assigned}
        self.pulse.progress.taken_at = self.assignment.taken_at
        self._look()
        self.pulse.keeps_halts_of(assigned)
        self.pulse.missing = {each for each in self.consumer.subscription() if not self.consumer.partitions_for_topic(each)}
        doubtful = self.assignment.unsettled & assigned
        due = doubtful - self.unanswered.among(doubtful)
        if due:
            self.consumer.pause(*due)
            readable, again = await self._readable(due)
            self._resume(readable)
            self.assignment.unsettled -= due - again - self.unanswered.among(doubtful)
        self.pulse.unanswered = self.unanswered.among(doubtful)
        self.pulse.settled |= self.assignment.given

    def _look(self) -> None:
        assigned = self.consumer.assignment()
        sights = {each: self._sight(each) for each in self.expected if each in assigned}
        self.pulse.progress.look(sights, self.assignment.unsettled & assigned, monotonic())

    def _sight(self, partition: TopicPartition) -> Sight:
        return Sight(self.expected[partition], self.consumer.highwater(partition), self.consumer.last_poll_timestamp(partition))

    async def _readable(self, doubtful: set[TopicPartition]) -> tuple[dict[TopicPartition, int], set[TopicPartition]]:
        """The places that fit their topic, and which ones have gone elsewhere meanwhile; the others are halted, or wait for an answer."""
        places = await self._places(doubtful)
        self._look_back(places)
        for each, found in places.items():
            if found.halted is not None:
                self.pulse.halted(each, found.halted)
        stopped = await stops.read(self.pool)
        may_be_read = {each for each in places if places[each].halted is None and why_stopped(each.topic, stopped) is None}
        open_places = {each: found for each, found in places.items() if each in may_be_read}
        compared = await earlier.compare_both(self.onlooker, self.pool, open_places, self.compacted)
        again = {each for each, why in compared.disagreeing.items() if not await self.halt(each, why, open_places[each].next)}
        self.unanswered.add(doubtful - places.keys() | compared.leaderless, compared.withheld)
        readable = open_places.keys() - compared.disagreeing.keys() - compared.leaderless - compared.withheld
        return {each: open_places[each].next for each in readable}, again

    async def _places(self, doubtful: set[TopicPartition]) -> dict[TopicPartition, place.Place]:
        """Those stored; one never read is given a place at the start of its log, where Kafka says which that is."""
        places = await place.read(self.pool, doubtful)
        missing = doubtful - places.keys()
        if missing:
            await place.begin(self.pool, await agreement.answered_starts(self.onlooker, missing, agreement.START_SECONDS))
            places |= await place.read(self.pool, missing)
        return places

    def _look_back(self, places: Mapping[TopicPartition, place.Place]) -> None:
        """A place goes back only where an operator has moved it."""
        for each, found in places.items():
            moves, furthest = self.furthest.get(each, (0, 0))
            if found.moves < moves or (found.moves == moves and found.next < furthest):
                of = f"the place of {each.topic}/{each.partition}"
                message = f"{of} went back from {furthest} to {found.next}, and its moves from {moves} to {found.moves}"
                raise WentBackError(message)
            self.furthest[each] = (found.moves, found.next)

    def is_elsewhere(self, partition: TopicPartition, found: place.Place) -> bool:
        """Whether it is not read, though it may be, or an operator has moved its place."""
        return partition not in self.expected or self.furthest.get(partition, (0, 0))[0] != found.moves

    def went_on(self, moved: Mapping[TopicPartition, int]) -> None:
        """These places were moved and committed."""
        self.expected |= moved
        self.furthest |= {each: (self.furthest.get(each, (0, 0))[0], following) for each, following in moved.items()}

    def _resume(self, places: dict[TopicPartition, int]) -> None:
        for each, following in places.items():
            self.pulse.goes_on(each)
            if each in self.consumer.assignment():
                self.expected[each] = self.settled_at[each] = following
                self.consumer.seek(each, following)
                self.consumer.resume(each)

    async def fitting(self, partition: TopicPartition, raws: Sequence[Raw]) -> Sequence[Raw]:
        """Those of these values that follow the place; if none does, the place is settled anew before anything is read.

        Once they may be left from before a rebalance. Twice at one place it is the topic itself, and the partition is halted.
        """
        following = self.expected.get(partition)
        if following is not None:
            found = raws[: how_far([raw.offset for raw in raws], following, compacted=partition.topic in self.compacted)]
            if found:
                self.misfits.pop(partition, None)
                if len(found) < len(raws):
                    self.go_on_from(partition, found[-1].offset + 1)
                return found
            if self.misfits.get(partition) == following:
                await self.halt(partition, misfit(raws[0].offset, following), following)
            self.misfits[partition] = following
        self.doubt([partition])
        return []

    def go_on_from(self, partition: TopicPartition, following: int) -> None:
        """What was handed over of it further on is read again."""
        if partition in self.consumer.assignment():
            self.consumer.seek(partition, following)

    def doubt(self, partitions: Iterable[TopicPartition]) -> None:
        """Pause them; they are settled anew before they are read again. How far they were is seen now, while it is known."""
        self._look()
        still = set(partitions) & self.consumer.assignment()
        self.consumer.pause(*still)
        self.assignment.unsettled |= still
        for each in still:
            self.expected.pop(each, None)

    async def halt(self, partition: TopicPartition, why: str, at: int | None = None) -> bool:
        """Stop one partition, here and after every restart, until an operator has looked; whether it was stopped now.

        `at` is the place that was looked at. Where an operator has moved it since, or it is halted already, the partition is settled anew.
        """
        if not await place.halt(self.pool, partition, why, at):
            self.doubt([partition])
            return False
        self.pulse.halted(partition, why)
        log.critical("partition_halted", topic=partition.topic, partition=partition.partition, why=why)
        return True
