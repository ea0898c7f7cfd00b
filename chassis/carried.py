"""What became of a batch."""

from dataclasses import dataclass, field

from aiokafka import TopicPartition


@dataclass(slots=True)
class Carried:
    """The places that moved, and counts for those who watch.

    `stuck` are partitions that did not go on to the end of the batch, and why; `families` those of which something was handled.
    """

    moved: dict[TopicPartition, int] = field(default_factory=dict)
    handled: int = 0
    doubles: int = 0
    held: int = 0
    stuck: dict[TopicPartition, Exception] = field(default_factory=dict)
    families: set[str] = field(default_factory=set)

    def add(self, other: "Carried") -> None:
        """And what became of another."""
        self.moved |= other.moved
        self.handled += other.handled
        self.doubles += other.doubles
        self.held += other.held
        self.stuck |= other.stuck
        self.families |= other.families
