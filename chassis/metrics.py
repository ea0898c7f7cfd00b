"""What a monitor scrapes, worked out at that moment, so that an age goes on while whoever measures stands still."""

from collections.abc import Iterable, Mapping
from time import monotonic

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from chassis.pulse import Pulse


class Ages(Collector):
    """Gauges of one service, by topic at the finest: never by record or person."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def collect(self) -> Iterable[Metric]:
        now, progress, backlog = monotonic(), self._pulse.progress, self._pulse.backlog
        turns = {loop: now - at for loop, at in self._pulse.turns.items()}
        yield _one("landfall_poll_age_seconds", "Since the reading loop last went round.", turns.get("listener", 0.0))
        yield _one("landfall_timers_age_seconds", "Since the timers last went round.", turns.get("timers", 0.0))
        yield _one("landfall_relay_age_seconds", "Since the relay last went round.", turns.get("relay", 0.0))
        yield _each("landfall_fetch_age_seconds", "Since Kafka last answered about a partition of the topic.", progress.silences(now))
        yield _each("landfall_place_age_seconds", "For how long a place has not moved though there is more to read.", progress.stands(now))
        yield _each("landfall_lag_messages", "Values between our own stored place and the end that the last fetch saw.", progress.lags())
        yield _one("landfall_attempts", "Failures of the reading loop in a row.", self._pulse.failures)
        yield _one("landfall_outbox_messages", "Tellings the broker has not acknowledged yet.", backlog.messages)
        yield _one("landfall_outbox_age_seconds", "For how long the oldest of them has waited.", backlog.seconds)


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _each(name: str, text: str, by_topic: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=["topic"])
    for topic, value in by_topic.items():
        family.add_metric([topic], value)
    return family
