"""One telling that could be read, before it is decided what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from chassis.held import Held
from chassis.occasion import Coordinates, Occasion, Received
from chassis.originals import Raw
from chassis.seen import Seen, Subject
from contracts.catalogue import Order, Topic
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.wire import UnknownTypeError, UnreadableError, decode

OccasionOf: TypeAlias = Callable[[Envelope[Fact] | None], Occasion]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A telling that may be handled.

    `stored`: it was read back from `held`, where it waited for a version before it that was missing.
    `asked_about`: an operator, or the service itself, has asked for something about it that is not done yet, so it is left alone.
    """

    received: Received[Fact]
    raw: Raw
    stored: bool = False
    asked_about: bool = False

    @property
    def subject(self) -> Subject:
        return (self.received.topic.name, self.received.envelope.subject)

    @property
    def version(self) -> int:
        return self.received.envelope.version or 0

    @property
    def replaces(self) -> bool:
        """Whether a higher version replaces a lower one here, and nothing waits."""
        return self.received.topic.family.order is Order.LATEST

    def heard_after(self, so_far: Seen) -> Seen:
        """How far its subject is heard with this telling; where no order is kept, no further than before."""
        content_hash = self.received.envelope.content_hash
        match self.received.topic.family.order:
            case Order.GAPLESS:
                return so_far.then(content_hash)
            case Order.LATEST:
                return Seen.latest(self.version, content_hash)
            case Order.NONE:
                return so_far

    def hold(self, reason: HoldReason, complaint: str) -> Held:
        received = self.received
        version = received.envelope.version
        held = Held(reason, complaint, received.topic, received.coordinates, received.occasion, self.raw, self.subject[1], version)
        return held if received.held_id is None else replace(held, held_id=received.held_id, again=True)


def read_value(topic: Topic, raw: Raw, coordinates: Coordinates, occasion: OccasionOf) -> Candidate | Held:
    """A telling, or the reason why this value is none."""
    try:
        envelope = decode(topic, raw.value)
    except UnknownTypeError as error:
        return Held(HoldReason.UNKNOWN_TYPE, str(error), topic, coordinates, occasion(None), raw, error.subject, error.version)
    except UnreadableError as error:
        return Held(HoldReason.MALFORMED, str(error), topic, coordinates, occasion(None), raw)
    if raw.key is None:
        return Held(HoldReason.MALFORMED, f"no key: this topic is keyed by {topic.family.key}", topic, coordinates, occasion(None), raw)
    return Candidate(Received(envelope.data, envelope, topic, coordinates, occasion(envelope)), raw)
