"""From the bytes on a topic to a fact that checked itself, and no further: what cannot be read says why, without echoing it."""

from functools import cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from contracts.catalogue import FACTS, Order, Topic
from contracts.envelope import Attribute, Envelope
from contracts.fact import Fact
from contracts.limits import LARGEST_VERSION

Version = Annotated[int, Field(ge=1, le=LARGEST_VERSION)]


class UnreadableError(ValueError):
    """The value is not a telling of this topic. The text names places and rules, never values."""


class UnknownTypeError(UnreadableError):
    """A well-formed CloudEvent of a type that this release does not know on this topic; a later one may.

    `subject` and `version`: as `named` finds them.
    """

    def __init__(self, text: str, subject: str | None = None, version: int | None = None) -> None:
        self.subject, self.version = subject, version
        super().__init__(text)


class _Peek(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    type: str


class _Identity(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    id: UUID


def identify(value: bytes | None) -> UUID | None:
    """The id of a telling, whatever its type; None where the value is none."""
    try:
        return _Identity.model_validate_json(value or b"").id
    except ValidationError:
        return None


class _Number(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    source: str
    subject: str
    version: int


def number_of(topic: Topic, value: bytes | None) -> tuple[str, int] | None:
    """The subject and version that the topic's owner gave a telling, whatever its type; None where it is not its owner's, or has none."""
    try:
        found = _Number.model_validate_json(value or b"")
    except ValidationError:
        return None
    return (found.subject, found.version) if found.source == topic.source else None


class _Named(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    source: str
    subject: Attribute
    version: Version | None = None


class _Numbered(_Named):
    subject: Annotated[str, AfterValidator(lambda text: str(UUID(text)))]
    version: Version


def named(topic: Topic, value: bytes | None) -> tuple[str | None, int | None]:
    """What a telling of whatever type is about, where it comes from the topic's own source.

    With its version on topics that number each subject without a gap, without one on those that keep no order; (None, None) else.
    """
    if topic.family.order is Order.LATEST:
        return None, None
    gapless = topic.family.order is Order.GAPLESS
    try:
        found = (_Numbered if gapless else _Named).model_validate_json(value or b"")
    except ValidationError:
        return None, None
    if found.source != topic.source:
        return None, None
    return found.subject, found.version if gapless else None


def identify_own(topic: Topic, value: bytes | None) -> UUID | None:
    """The id of a telling, whatever its type, that the topic's owner can have told there; None where only somebody else can."""
    subject, _ = named(topic, value)
    return None if subject is None else identify(value)


@cache
def _envelope_of(fact: type[Fact]) -> type[Envelope[Any]]:
    return Envelope[fact]  # type: ignore[valid-type]  # the class is chosen where it runs


def decode(topic: Topic, value: bytes | None) -> Envelope[Any]:
    """Read one value.

    Raises:
        UnknownTypeError: its type is not one of the topic's facts.
        UnreadableError: it is empty, not JSON, not the envelope, not the fact, or not from the topic's own source.
    """
    if value is None:
        message = "an empty value: this topic keeps no tombstones"
        raise UnreadableError(message)
    try:
        kind = _Peek.model_validate_json(value).type
        fact = FACTS.get(kind)
        if fact is None or fact not in topic.family.facts:
            message = "its type is not one this topic is known to carry"
            raise UnknownTypeError(message, *named(topic, value))
        envelope = _envelope_of(fact).received(value)
    except ValidationError as error:
        raise UnreadableError(complaint(error)) from None
    _refuse_a_stranger(topic, envelope)
    return envelope


def _refuse_a_stranger(topic: Topic, envelope: Envelope[Any]) -> None:
    if envelope.source != topic.source:
        message = f"source: must be {topic.source} on this topic"
        raise UnreadableError(message)
    if envelope.subject != envelope.data.subject:
        message = f"subject: must be the {envelope.data.SUBJECT_FIELD} of its data"
        raise UnreadableError(message)
    if topic.family.order is not Order.NONE and envelope.version is None:
        message = "version: needed on this topic"
        raise UnreadableError(message)


def complaint(error: ValidationError) -> str:
    """Where and which rule, at most five of them; never the value, which may be somebody's name."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(str(step) for step in each['loc']) or 'value'}: {each['type']}" for each in found[:5])
