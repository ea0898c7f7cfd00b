"""What a decision is made on: a message that was received, a person's request or a timer, always with its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.catalogue import Topic
from contracts.envelope import Envelope
from contracts.fact import Fact

LONDON = ZoneInfo("Europe/London")
F_co = TypeVar("F_co", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something is being decided now. `at` is UTC; the other fields tie what is said to what caused it."""

    at: datetime
    causation_id: UUID | None = None
    correlation_id: UUID | None = None
    traceparent: str | None = None

    @property
    def day(self) -> date:
        """The Europe/London calendar day."""
        return london_day(self.at)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a value lies: one place on one partition of one topic."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Received(Generic[F_co]):
    """One telling as a service hears it: the fact, who told it, and the occasion it makes.

    `held_id` is the one under which it was held until now, if it was.
    """

    fact: F_co
    envelope: Envelope[Any]
    topic: Topic
    coordinates: Coordinates
    occasion: Occasion
    held_id: UUID | None = None

    @property
    def principal(self) -> str:
        """The outside principal whose own topic this came on: a channel, a sender or a force.

        Raises:
            ValueError: the topic has no principal.
        """
        if self.topic.principal is None:
            message = f"{self.topic.name} belongs to nobody outside"
            raise ValueError(message)
        return self.topic.principal


@dataclass(frozen=True, slots=True)
class Telling:
    """One fact to be said, and the occasion on which it was decided."""

    fact: Fact
    occasion: Occasion


Batch = Sequence[Received[Any]]


def london_day(at: datetime) -> date:
    """The calendar day in the United Kingdom at an instant: 23:30 UTC on 31 July is 1 August."""
    return at.astimezone(LONDON).date()


def start_of_day(day: date) -> datetime:
    """A day as facts tell it: that date at 00:00 UTC, no finer."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
