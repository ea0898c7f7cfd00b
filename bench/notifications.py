"""Notifications encoded before any clock starts: most are refused, as in life, and 1.6 % become records."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from chassis.ids import uuid7
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import Channel, RefusalReason
from contracts.envelope import Envelope
from contracts.notifications import NotificationReceived
from simulators.chance import chance
from simulators.told import Draws, created, refusal

CREATED_SHARE = 0.016
TOLD_AT = datetime(2021, 6, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Encoded:
    """One value ready to be sent."""

    topic: str
    key: bytes
    value: bytes


def notifications(number: int, seed: int) -> list[Encoded]:
    """So many distinct notifications over all channels, about 1 kB each."""
    draws = Draws(seed, "bench", 100_000)
    choice = chance(seed, "bench-choice")
    return [_encoded(*_one(draws, choice)) for _ in range(number)]


def _one(draws: Draws, choice: Random) -> tuple[Channel, NotificationReceived]:
    day = TOLD_AT.date()
    telling = created(draws, day).telling if choice.random() < CREATED_SHARE else refusal(draws, day, RefusalReason.OFFENCE_NOT_SEXUAL)
    return telling.channel, telling.notice


def _encoded(channel: Channel, notice: NotificationReceived) -> Encoded:
    topic = BY_NAME[topic_name("notifications", channel)]
    envelope: Envelope[NotificationReceived] = Envelope(
        id=uuid7(), source=topic.source, type=notice.TYPE, subject=notice.subject, time=TOLD_AT, data=notice
    )
    return Encoded(topic.name, notice.subject.encode(), envelope.to_bytes())
