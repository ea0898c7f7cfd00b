"""The signs of life that probes and metrics read: when it last polled, what is halted, what failed, what became of messages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic

from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.carry import Carried

STALE_SECONDS = 30.0


@dataclass(slots=True)
class Pulse:
    """One service's signs of life."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    turned_at: float = field(default_factory=monotonic)
    halts: dict[TopicPartition, str] = field(default_factory=dict)
    stops: Mapping[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    failure: str | None = None
    settled: bool = False
    relay_failure: str | None = None
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
            "outbox": Gauge("landfall_outbox_messages", "Tellings the broker has not acknowledged yet.", registry=self.registry),
            "outbox_age": Gauge("landfall_outbox_age_seconds", "For how long the oldest of them has waited.", registry=self.registry),
            "stops": Gauge(
                "landfall_stops", "Topics, or all of them at once, that are not read until an operator clears it.", registry=self.registry
            ),
            "held": Gauge("landfall_held", "Tellings that are held.", ("family", "reason"), registry=self.registry),
            "held_age": Gauge(
                "landfall_held_age_seconds", "For how long the oldest is held.", ("family", "reason"), registry=self.registry
            ),
        }

    def turned(self) -> None:
        """The reading loop went round once more, whatever came of it."""
        self.turned_at = monotonic()

    def carried(self, carried: Carried) -> None:
        for name in ("handled", "doubles", "held"):
            self.counters[name].inc(getattr(carried, name))

    def halted(self, partition: TopicPartition, why: str) -> None:
        self.halts[partition] = why
        self.gauges["halted"].set(len(self.halts))

    def keeps_halts_of(self, assigned: Collection[TopicPartition]) -> None:
        """What is read elsewhere now is complained of there."""
        self.halts = {each: why for each, why in self.halts.items() if each in assigned}
        self.gauges["halted"].set(len(self.halts))

    def goes_on(self, partition: TopicPartition) -> None:
        """An operator has cleared its halt."""
        self.halts.pop(partition, None)
        self.gauges["halted"].set(len(self.halts))

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

    def relayed(self, count: int) -> None:
        self.relay_failure = None
        self.counters["relayed"].inc(count)

    def waits(self, messages: int, oldest_seconds: float) -> None:
        """What the leader of the relay found in the outbox."""
        self.gauges["outbox"].set(messages)
        self.gauges["outbox_age"].set(oldest_seconds)

    @property
    def alive(self) -> bool:
        """Whether the loop still turns."""
        return monotonic() - self.turned_at < STALE_SECONDS

    @property
    def complaints(self) -> list[str]:
        """Why this service is not ready; empty if it is."""
        found = [] if self.settled else ["it has not taken up its partitions yet"]
        found += [f"{each} is missing from Kafka" for each in sorted(self.missing)]
        found += [f"{each.topic}/{each.partition} is halted" for each in self.halts]
        found += [f"reading {'everything' if topic == '*' else topic} is stopped: {why}" for topic, why in self.stops.items()]
        found += [f"the last batch failed with {self.failure}"] if self.failure else []
        return found + ([f"the relay failed with {self.relay_failure}"] if self.relay_failure else [])
