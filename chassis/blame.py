"""Whether what fails as infrastructure does is a value's own doing: alone, again and again, while the database takes everything else."""

from dataclasses import dataclass, field, replace
from time import monotonic

from aiokafka import TopicPartition

from chassis.carried import Carried
from chassis.failure import Fault, OverrunError, fault_of, is_by_chance, lost_its_session

APART_FROM = 3
"""Failures at one place, all partitions together, from which on each is tried by itself, message by message. That alone holds nothing."""

MOST_FAILURES = 10
SPREAD_SECONDS = 30.0
"""So often in a row, and for so long, a value must have failed by itself before it is held."""

WITNESSED_FROM = 3
"""So often among them, where its session was not lost, another telling of the family must have been handled just before."""

UNREAD_FROM = 2 * MOST_FAILURES
"""So often in all, a value that was to be held meanwhile cannot be held as others are."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A place that could not be passed. `alone`: one value was tried by itself. `since`, `last`: the first and last failure in a row."""

    place: int
    alone: bool
    since: float
    last: float
    failures: int = 0
    witnessed: int = 0
    error: str = ""
    lost_its_session: bool = False


@dataclass(slots=True)
class Blame:
    """One reader's memory of it. What ends the process is counted in the database instead; see chassis.attempts.

    Call `failed` only where the database answered just before: then an outage counts once for each time that it begins.
    """

    failing: dict[TopicPartition, Failing] = field(default_factory=dict)
    handled_at: dict[str, float] = field(default_factory=dict)

    def failed(self, partition: TopicPartition, place: int, error: Exception, *, alone: bool, family: str) -> None:
        """Once more. What somebody else's lock did, and what has a count of its own, is not counted here."""
        if is_by_chance(error) or isinstance(error, OverrunError):
            return
        now, before = monotonic(), self.failing.get(partition)
        if before is None or (before.place, before.alone) != (place, alone):
            before = Failing(place, alone, now, now)
        self.failing[partition] = replace(
            before,
            last=now,
            failures=before.failures + (APART_FROM if fault_of(error) is Fault.DATA else 1),
            witnessed=before.witnessed + (self.handled_at.get(family, before.last) > before.last),
            error=type(error).__name__,
            lost_its_session=lost_its_session(error),
        )

    def went_on(self, carried: Carried) -> None:
        """These places were passed, and tellings of these families were handled."""
        for each in carried.moved:
            self.failing.pop(each, None)
        self.handled_at |= dict.fromkeys(carried.families, monotonic())

    def is_apart(self, partition: TopicPartition, place: int) -> bool:
        """Whether what lies there is to be tried by itself."""
        found = self.failing.get(partition)
        return found is not None and found.place == place and (found.alone or found.failures >= APART_FROM)

    def why_hopeless(self, partition: TopicPartition, place: int) -> str | None:
        """Why the value there is to blame, if it is.

        A session is lost over one message. What is wrong with a table, a disk or a grant meets every message that needs it, until it is
        mended: there others must have been handled in between.
        """
        found = self.failing.get(partition)
        if found is None or found.place != place or not found.alone or found.failures < MOST_FAILURES:
            return None
        if found.last - found.since < SPREAD_SECONDS or not (found.lost_its_session or found.witnessed >= WITNESSED_FROM):
            return None
        return f"{found.error} each of the last {found.failures} times, alone, while the database answered"

    def is_unbearable(self, partition: TopicPartition, place: int) -> bool:
        """Whether what lies there can neither be handled nor held."""
        return self.why_hopeless(partition, place) is not None and self.failing[partition].failures >= UNREAD_FROM
