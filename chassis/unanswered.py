"""Partitions about which Kafka did not answer when they were to be taken up: they wait alone, and keep nobody from being read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import agreement

ANSWER_SECONDS = 5.0
REST_SECONDS = 60.0
NAMED = 20

log = structlog.get_logger()


@dataclass(slots=True)
class Unanswered:
    """`not_before` is when each is to be asked about again: beside reading, because who takes up partitions reads nothing meanwhile."""

    not_before: dict[TopicPartition, float] = field(default_factory=dict)

    def among(self, doubtful: Collection[TopicPartition]) -> set[TopicPartition]:
        """Which of these are waited for; the others are forgotten."""
        self.not_before = {each: at for each, at in self.not_before.items() if each in doubtful}
        return set(self.not_before)

    def add(self, leaderless: Iterable[TopicPartition], withheld: Iterable[TopicPartition]) -> None:
        """The `withheld` rest a while: their leader says where they begin and hands nothing over, and to wait for that takes long."""
        found = dict.fromkeys(leaderless, 0.0) | dict.fromkeys(withheld, monotonic() + REST_SECONDS)
        if found:
            log.error("partitions_not_answered", partitions=[f"{each.topic}/{each.partition}" for each in sorted(found)[:NAMED]])
        self.not_before |= found

    async def ask(self, onlooker: AIOKafkaConsumer) -> None:
        """Whoever is answered about is waited for no longer, and is settled at the next turn."""
        now = monotonic()
        asked = [each for each, at in self.not_before.items() if at <= now]
        for each in await agreement.answered_starts(onlooker, asked, ANSWER_SECONDS):
            self.not_before.pop(each, None)
