"""Notifications by the thousand as feeds put them on the topics: some told twice, some malformed, some with unreadable headers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from random import Random
from uuid import UUID

from chassis.ids import uuid7
from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import Channel
from contracts.envelope import Envelope
from contracts.notifications import NotificationReceived
from tests.builders import a_conviction, a_notification, a_person, numbers

TOLD_AT = datetime(2021, 6, 1, 9, 30, tzinfo=UTC)
CREATED_SHARE, REFERRED_SHARE, TWICE_SHARE, MALFORMED_SHARE, ODD_HEADER_SHARE = 0.016, 0.004, 0.05, 0.01, 0.02
CATEGORY_OF = {"accepted": "1001 00", "referred": "1003 00", "refused": "2100 00"}


class Outcome(StrEnum):
    """What must become of one telling."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    REFERRED = "referred"
    DUPLICATED = "duplicated"
    HELD = "held"


@dataclass(frozen=True)
class Telling:
    """One value on one topic. `message_id` is None where the value has none that can be read."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    message_id: UUID | None
    outcome: Outcome


def tellings(number: int) -> list[Telling]:
    """So many tellings: 5 % tell something again, 1 % cannot be read (each way in turn), some carry headers that are not UTF-8 or null."""
    draws = Random(1)  # noqa: S311 - drawing a scenario is no secret
    told: list[Telling] = []
    ways = _ways()
    for index in range(number):
        fate = draws.random()
        if fate < MALFORMED_SHARE:
            told.append(next(ways)(index))
        elif fate < MALFORMED_SHARE + TWICE_SHARE and told:
            told.append(_again(draws, told))
        else:
            told.append(_good(index, draws.choice(list(Channel)), _fate(draws.random()), odd=draws.random()))
    return told


def _envelope(index: int, channel: Channel, outcome: Outcome) -> Envelope[NotificationReceived]:
    person = a_person(surname=f"Zynba{index}", identifiers=numbers(passport=f"SYN{index:07}"))
    told = a_conviction(categories=(CATEGORY_OF[outcome],))
    notice = a_notification(f"SYN-{index:07}", person=person, conviction=told)
    source = BY_NAME[topic_name("notifications", channel)].source
    return Envelope(id=uuid7(), source=source, type=notice.TYPE, subject=notice.subject, time=TOLD_AT, data=notice)


def _fate(drawn: float) -> Outcome:
    if drawn < CREATED_SHARE:
        return Outcome.ACCEPTED
    return Outcome.REFERRED if drawn < CREATED_SHARE + REFERRED_SHARE else Outcome.REFUSED


def _good(index: int, channel: Channel, outcome: Outcome, *, odd: float) -> Telling:
    envelope = _envelope(index, channel, outcome)
    headers: list[tuple[str, bytes | None]] = [("content-type", b"application/cloudevents+json")]
    if odd < ODD_HEADER_SHARE:
        headers.append(("origin", b"\xff\xfe") if odd < ODD_HEADER_SHARE / 2 else ("origin", None))
    return Telling(topic_name("notifications", channel), envelope.subject.encode(), envelope.to_bytes(), headers, envelope.id, outcome)


def _again(draws: Random, told: list[Telling]) -> Telling:
    """The same notification in a message of its own."""
    first = draws.choice([each for each in told if each.outcome in {Outcome.ACCEPTED, Outcome.REFUSED, Outcome.REFERRED}] or told)
    if first.value is None or first.message_id is None:
        return first
    fresh = uuid7()
    value = first.value.replace(str(first.message_id).encode(), str(fresh).encode())
    return Telling(first.topic, first.key, value, first.headers, fresh, Outcome.DUPLICATED)


def _ways() -> Iterator[Callable[[int], Telling]]:
    """Each way in which a value cannot be read, in turn."""
    ways = (_not_json, _cut_off, _empty, _tombstone, _no_key, _missing_field, _wrong_field, _another_source, _another_type)
    while True:
        yield from ways


def _channel(index: int) -> Channel:
    """Each channel in turn."""
    channels = list(Channel)
    return channels[index % len(channels)]


def _bad(index: int, value: bytes | None, *, key: bool = True, headers: list[tuple[str, bytes | None]] | None = None) -> Telling:
    name = f"BAD-{index:07}".encode() if key else None
    return Telling(topic_name("notifications", _channel(index)), name, value, headers or [], None, Outcome.HELD)


def _json(index: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(_envelope(index, _channel(index), Outcome.REFUSED).to_bytes())
    return found


def _not_json(index: int) -> Telling:
    return _bad(index, b'\xff{"not": json', headers=[("x", b"\xff")])


def _cut_off(index: int) -> Telling:
    value = json.dumps(_json(index)).encode()
    return _bad(index, value[: len(value) // 2])


def _empty(index: int) -> Telling:
    return _bad(index, b"", headers=[("x", None)])


def _tombstone(index: int) -> Telling:
    return _bad(index, None)


def _no_key(index: int) -> Telling:
    return _bad(index, json.dumps(_json(index)).encode(), key=False)


def _missing_field(index: int) -> Telling:
    return _bad(index, json.dumps(_json(index) | {"data": {"reference": "SYN-X"}}).encode())


def _wrong_field(index: int) -> Telling:
    return _bad(index, json.dumps(_json(index) | {"time": "yesterday"}).encode())


def _another_source(index: int) -> Telling:
    return _bad(index, json.dumps(_json(index) | {"source": "/feeds/nobody"}).encode())


def _another_type(index: int) -> Telling:
    return _bad(index, json.dumps(_json(index) | {"type": "notification-praised.v1"}).encode())
