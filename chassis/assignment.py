"""Which partitions Kafka's group has just given to this reader: paused at once, until their place was found."""

from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Callable


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Pauses what is assigned, at once and without awaiting: values are fetched while a listener waits, and its errors vanish."""

    def __init__(self) -> None:
        self.consumer_of: Callable[[], AIOKafkaConsumer] | None = None
        self.unsettled: set[TopicPartition] = set()
        self.given = False
        self.taken_at: float | None = None

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.unsettled -= revoked
        self.taken_at = monotonic()

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        if self.consumer_of is not None:
            self.consumer_of().pause(*assigned)
        self.unsettled |= assigned
        self.given, self.taken_at = True, None
