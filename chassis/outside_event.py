"""One event as an outsider told it: by its topic, which is its source, and its id it is known again, by two hashes its content is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from chassis.candidate import Candidate
from chassis.held import Held
from chassis.place import digest
from chassis.stops import is_outside
from chassis.vault import Vault
from contracts.catalogue import SERVICES, TOPICS, Order, Topic
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.wire import identify_own

EventKey: TypeAlias = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class OutsideEvent:
    """32 bytes each: `content` is over what is told, and unknown for a type that this release does not know; `value` over every byte."""

    topic: str
    id: UUID
    content: bytes | None
    value: bytes

    @property
    def key(self) -> EventKey:
        return self.topic, self.id

    def is_told_by(self, other: "OutsideEvent") -> bool:
        """Whether the other one, under the same id, tells the same."""
        return self.value == other.value or (self.content is not None and self.content == other.content)


def is_known_by_id(topic: Topic) -> bool:
    """Whether only its id shows that something there was heard before: outsiders give no versions."""
    heard = any(reader in SERVICES for reader in topic.family.readers)
    return heard and is_outside(topic) and topic.family.order is Order.NONE


def event_of(vault: Vault | None, read: Candidate | Held) -> OutsideEvent | None:
    """What was read, where it is an outsider's event; what is malformed is none, whatever id it bears."""
    match read:
        case Candidate():
            topic, envelope = read.received.topic, read.received.envelope
            return _event(vault, topic, envelope.id, read.raw.value, envelope) if is_known_by_id(topic) else None
        case Held(reason=HoldReason.UNKNOWN_TYPE) if is_known_by_id(read.topic):
            event_id = identify_own(read.topic, read.raw.value)
            return None if event_id is None else _event(vault, read.topic, event_id, read.raw.value, None)
        case _:
            return None


def _event(vault: Vault | None, topic: Topic, event_id: UUID, value: bytes | None, envelope: Envelope[Fact] | None) -> OutsideEvent:
    hashed = _hashing(vault, topic, event_id)
    content = None if envelope is None else hashed(f"heard.content {envelope.type}", envelope.data_hash)
    return OutsideEvent(topic.name, event_id, content, hashed("heard.value", digest(value)))


def _hashing(vault: Vault | None, topic: Topic, event_id: UUID) -> Callable[[str, bytes], bytes]:
    """Keyed wherever the topic is personal: a guess at somebody's data cannot be tried on what is kept."""
    if not topic.family.personal:
        return lambda kind, plain: digest(f"{kind} {topic.name} {event_id} {plain.hex()}".encode())
    if vault is None:
        message = "what is personal cannot be known again without keys"
        raise RuntimeError(message)
    return lambda kind, plain: vault.lookup_hash(f"{kind} {topic.name}", f"{event_id} {plain.hex()}")


KNOWN_BY_ID = tuple(each for each in TOPICS if is_known_by_id(each))
