"""How far each partition is, how much more there is, and since when it stands still or hears nothing. All times are monotonic seconds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at a partition that is being read: our place, where the last fetch saw its end, and when that was, if it was yet.

    `fetched_ms` is by the wall, whose clock may be set: it is good for nothing but to tell one fetch from another.
    """

    place: int
    end: int | None
    fetched_ms: int | None


@dataclass(slots=True)
class Standing:
    """What the looks at one partition come to: since when it hears nothing, and since when it stands still with more to read."""

    place: int
    lag: int
    heard_at: float
    still_since: float
    fetched_ms: int | None = None

    def look(self, sight: Sight, now: float) -> None:
        """Who moves or has nothing to read does not stand still; who moves was answered, if only a while ago."""
        moved, self.place = sight.place != self.place, sight.place
        answered, self.fetched_ms = sight.fetched_ms != self.fetched_ms, sight.fetched_ms
        self.lag = max(0, (sight.end or 0) - sight.place)
        if moved or answered:
            self.heard_at = now
        if moved or not self.lag:
            self.still_since = now

    def stands(self, now: float) -> float:
        return now - self.still_since if self.lag else 0.0


@dataclass(slots=True)
class Progress:
    """All partitions that are this reader's to read. One that is halted is not among them: it is complained of by itself."""

    standings: dict[TopicPartition, Standing] = field(default_factory=dict)
    taken_at: float | None = None
    """When Kafka's group took this reader's partitions, while it was given none since."""

    def look(self, sights: Mapping[TopicPartition, Sight], doubtful: Collection[TopicPartition], now: float) -> None:
        """A doubtful partition stands as it stood, and hears nothing because nothing is asked."""
        before, self.standings = self.standings, {}
        for each in before.keys() & set(doubtful) - sights.keys():
            self.standings[each] = before[each]
            before[each].heard_at = now
        for each, sight in sights.items():
            self.standings[each] = before.get(each) or Standing(sight.place, 0, now, now)
            self.standings[each].look(sight, now)

    def lags(self) -> dict[str, int]:
        """How many values of each topic are still to be read."""
        return {topic: sum(each.lag for each in standings) for topic, standings in self._by_topic().items()}

    def silences(self, now: float) -> dict[str, float]:
        """For how long Kafka has answered nothing about the topic's most neglected partition, in seconds."""
        return {topic: max(now - each.heard_at for each in standings) for topic, standings in self._by_topic().items()}

    def silent(self, now: float, seconds: float) -> list[TopicPartition]:
        """About which partitions Kafka has answered nothing for longer than that."""
        return sorted(each for each, standing in self.standings.items() if now - standing.heard_at > seconds)

    def stands(self, now: float) -> dict[str, float]:
        """For how long a partition of each topic has stood still with more to read, in seconds."""
        return {topic: max(each.stands(now) for each in standings) for topic, standings in self._by_topic().items()}

    @property
    def lagging(self) -> bool:
        return any(each.lag for each in self.standings.values())

    def adrift(self, now: float) -> float:
        """For how long this reader has had no partitions, because the group took them and gave none, in seconds."""
        return 0.0 if self.taken_at is None else now - self.taken_at

    def _by_topic(self) -> dict[str, list[Standing]]:
        found: dict[str, list[Standing]] = {}
        for partition, standing in sorted(self.standings.items()):
            found.setdefault(partition.topic, []).append(standing)
        return found
