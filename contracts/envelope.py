"""The CloudEvents 1.0 envelope in structured mode: one JSON serves a topic, a held row, a golden example and an archive."""

from hashlib import sha256
from typing import Annotated, Generic, Literal, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_core import from_json

from contracts.as_received import as_received
from contracts.fact import Fact
from contracts.limits import LARGEST_VERSION, NO_CONTROL, Moment

CONTENT_TYPE = "application/cloudevents+json"

F = TypeVar("F", bound=Fact)

Attribute = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)]
TraceParent = Annotated[str, Field(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]


class Envelope(BaseModel, Generic[F]):
    """CloudEvents 1.0 with our extension attributes.

    `time` is when it happened (on our own facts only the Europe/London date, as 00:00Z of that date); `recordedtime` is when
    its owner committed it; `version` counts 1, 2, 3 ... per topic and subject in all that a service says (a Quiet is always 1), and a
    reader needs it only on topics that keep an order.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Attribute
    type: Attribute
    subject: Attribute
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    recordedtime: Moment | None = None
    version: Annotated[int, Field(ge=1, le=LARGEST_VERSION)] | None = None
    correlationid: UUID | None = None
    causationid: UUID | None = None
    traceparent: TraceParent | None = None
    data: F
    _as_received: bytes | None = PrivateAttr(default=None)

    @classmethod
    def received(cls, value: bytes) -> Self:
        """What a value holds. What this release does not know of its data is ignored, but in both hashes.

        Raises:
            pydantic.ValidationError: it is not this envelope.
        """
        envelope = cls.model_validate_json(value)
        envelope._as_received = as_received(envelope.data, from_json(value)["data"])  # noqa: SLF001 - its own
        return envelope

    @property
    def content_hash(self) -> bytes:
        """32 bytes over what is told (type, subject, version, day and data), not over who carried it when or under which id."""
        told = f"{self.type}\n{self.subject}\n{self.version}\n{self.time.date()}\n"
        return sha256(told.encode() + self._told).digest()

    @property
    def data_hash(self) -> bytes:
        """32 bytes over the data alone: two tellings of one notification agree in it."""
        return sha256(self._told).digest()

    @property
    def _told(self) -> bytes:
        """The data without what has its default, so that a release with one more optional field gets the same hash."""
        return self._as_received or self.data.model_dump_json(exclude_defaults=True).encode()

    @property
    def data_json(self) -> bytes:
        return self.data.model_dump_json().encode()

    def to_bytes(self) -> bytes:
        """The message value. Attributes that are absent are left out, as CloudEvents asks; absent data fields are null."""
        head = self.model_dump_json(exclude={"data"}, exclude_none=True)
        return f'{head[:-1]},"data":'.encode() + self.data_json + b"}"
