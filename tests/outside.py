"""Outsiders' messages with ids of their choosing: the same one again, or another one under the id of the first."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from contracts.catalogue import BY_NAME, topic_name
from contracts.envelope import Envelope
from contracts.fact import Fact
from tests.chassis.house import House


@dataclass(frozen=True)
class Message:
    """One message and the topic it is for."""

    topic: str
    told: Envelope[Any]

    @property
    def id(self) -> UUID:
        return self.told.id

    def stamped_anew(self) -> "Message":
        """As a producer sends it that takes the time of each attempt."""
        return replace(self, told=self.told.model_copy(update={"time": datetime(2022, 1, 2, tzinfo=UTC)}))


def message(fact: Fact, principal: str, under: UUID | None = None) -> Message:
    """What that principal tells, under a new id or that one."""
    topic, at = BY_NAME[topic_name(fact.FAMILY, principal)], datetime.now(UTC)
    told: Envelope[Any] = Envelope(
        id=under or uuid7(), source=topic.source, type=fact.TYPE, subject=fact.subject, time=at, recordedtime=at, data=fact
    )
    return Message(topic.name, told)


async def send(house: House, *messages: Message) -> None:
    """One after the other, so that those of one reference lie in that order."""
    for each in messages:
        await house.tell_raw(each.told.to_bytes(), key=each.told.subject.encode(), topic=each.topic)
