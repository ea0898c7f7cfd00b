"""The signs of life that probes and metrics read: what turns, how far it is, what is halted, what failed, what became of messages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.carried import Carried
from chassis.progress import Progress

LIVE_SECONDS = 120.0


@dataclass(slots=True)
class Backlog:
    """What the broker has not acknowledged, when it was last counted; its age goes on while nobody can count."""

    messages: int = 0
    oldest_at: float = 0.0

    def counted(self, messages: int, oldest_seconds: float) -> None:
        self.messages, self.oldest_at = messages, monotonic() - oldest_seconds

    @property
    def seconds(self) -> float:
        """For how long the oldest has waited."""
        return monotonic() - self.oldest_at if self.messages else 0.0


@dataclass(slots=True)
class Pulse:
    """One service's signs of life. `turns` is when each of its loops last went round, in monotonic seconds.

    `recalling` is why nobody may ask it anything yet: its database may be older than what it told. `unseen` are partitions of its own about
    which Kafka does not answer, `unread` topics of its own that cannot be read back.
    """

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    turns: dict[str, float] = field(default_factory=dict)
    recalling: str | None = None
    progress: Progress = field(default_factory=Progress)
    backlog: Backlog = field(default_factory=Backlog)
    halts: dict[TopicPartition, str] = field(default_factory=dict)
    untold: Mapping[TopicPartition, str] = field(default_factory=dict)
    unseen: Collection[TopicPartition] = ()
    unread: Collection[str] = ()
    stops: Mapping[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    unanswered: set[TopicPartition] = field(default_factory=set)
    failure: str | None = None
    failures: int = 0
    settled: bool = False
    deaf: bool = False
    relay_failure: str | None = None
    timers_failure: str | None = None
    strange: list[str] = field(default_factory=list)
    counters: Mapping[str, Counter] = field(init=False)
    gauges: Mapping[str, Gauge] = field(init=False)

    def __post_init__(self) -> None:
        self.counters = {
            name: Counter(f"landfall_messages_{name}", text, registry=self.registry)
            for name, text in (
                ("handled", "Tellings handled."),
                ("doubles", "Tellings dropped because they were heard before."),
                ("held", "Values set aside."),
                ("relayed", "Tellings acknowledged by the broker."),
            )
        }
        self.gauges = {
            "halted": Gauge("landfall_partitions_halted", "Partitions that wait for an operator.", registry=self.registry),
            "stops": Gauge(
                "landfall_stops", "Topics, or all of them at once, that are not read until an operator clears it.", registry=self.registry
            ),
            "held": Gauge("landfall_held", "Tellings that are held.", ("family", "reason"), registry=self.registry),
            "held_age": Gauge(
                "landfall_held_age_seconds", "For how long the oldest is held.", ("family", "reason"), registry=self.registry
            ),
        }
        self.gauges["halted"].set_function(lambda: len(self.halts) + len(self.untold))

    def turned(self, loop: str) -> None:
        """That loop went round once more, whatever came of it."""
        self.turns[loop] = monotonic()

    def carried(self, carried: Carried) -> None:
        for name in ("handled", "doubles", "held"):
            self.counters[name].inc(getattr(carried, name))

    def halted(self, partition: TopicPartition, why: str) -> None:
        self.halts[partition] = why

    def keeps_halts_of(self, assigned: Collection[TopicPartition]) -> None:
        """What is read elsewhere now is complained of there."""
        self.halts = {each: why for each, why in self.halts.items() if each in assigned}

    def goes_on(self, partition: TopicPartition) -> None:
        """An operator has cleared its halt."""
        self.halts.pop(partition, None)

    def stopped(self, stops: Mapping[str, str]) -> None:
        """Why nothing is read, by topic."""
        self.stops = stops
        self.gauges["stops"].set(len(stops))

    def holds(self, held: Mapping[tuple[str, str], int], oldest_seconds: Mapping[tuple[str, str], float]) -> None:
        """How much is held and for how long, by family of topics and reason."""
        for name, values in (("held", held), ("held_age", oldest_seconds)):
            self.gauges[name].clear()
            for labels, value in values.items():
                self.gauges[name].labels(*labels).set(value)

    def failed(self, error: Exception) -> None:
        self.failure = type(error).__name__
        self.failures += 1

    def recovered(self) -> None:
        """A round of the reading loop went well."""
        self.failure, self.failures = None, 0

    def fell_due(self, failed: Collection[str]) -> None:
        """What was due is done, but for what stays due over errors of these classes."""
        self.timers_failure = ", ".join(sorted(failed)) or None

    def relayed(self, count: int) -> None:
        self.relay_failure = None
        self.counters["relayed"].inc(count)

    @property
    def ills(self) -> list[str]:
        """Why this process must be started again, because nothing else would help; empty while it lives."""
        now = monotonic()
        found = [
            f"the {loop} loop has not turned for more than {LIVE_SECONDS:.0f} s"
            for loop, at in self.turns.items()
            if now - at > LIVE_SECONDS
        ]
        return found + (["Kafka answers others and not this reader"] if self.deaf else [])

    @property
    def complaints(self) -> list[str]:
        """What failed or stopped, so that this service is not ready; empty if nothing did. What only takes too long is in `readiness`."""
        found = [] if self.recalling is None else [self.recalling]
        found += [] if self.settled else ["it has not taken up its partitions yet"]
        found += [f"{each} is missing from Kafka" for each in sorted(self.missing)]
        found += [f"{each.topic}/{each.partition} is not read: Kafka does not answer about it" for each in sorted(self.unanswered)]
        found += [f"{each.topic}/{each.partition} is halted" for each in self.halts]
        found += [f"nothing is told on {topic}: {why}" for topic, why in {each.topic: why for each, why in self.untold.items()}.items()]
        unseen = [f"{each.topic}/{each.partition}" for each in sorted(self.unseen)]
        found += [f"nobody knows whether what was told on {each} still lies there" for each in [*unseen, *self.unread]]
        found += self.strange
        found += [f"reading {'everything' if topic == '*' else topic} is stopped: {why}" for topic, why in self.stops.items()]
        found += [f"the last batch failed with {self.failure}"] if self.failure else []
        found += [f"the timers failed with {self.timers_failure}"] if self.timers_failure else []
        return found + ([f"the relay failed with {self.relay_failure}"] if self.relay_failure else [])
