"""What was heard before a database was lost, and when: as far as answers, the broker's stamps and the order on a partition say."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition

from chassis.heard_before import Heard, answerable, heard_before, leave_what_was_stopped, stamped
from contracts.catalogue import BY_NAME
from tests.chassis.tellings import created

NOON = datetime(2031, 6, 1, 12, tzinfo=UTC)


def _after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@dataclass(frozen=True)
class Lying:
    """A value on a partition, as Kafka's client gives it."""

    value: bytes
    timestamp: int


def _times(*told: tuple[int, int | None], last: int = 0, reach: int = 0) -> list[int]:
    """When each was heard, in minutes: told then, and answered then or not at all; `last` is when something else was answered."""
    envelopes = [created(uuid4()) for _ in told]
    raws = [Lying(each.to_bytes(), int(_after(at).timestamp() * 1000)) for each, (at, _) in zip(envelopes, told, strict=True)]
    answered: dict[UUID, datetime] = {each.id: _after(at) for each, (_, at) in zip(envelopes, told, strict=True) if at is not None}
    heard = heard_before(raws, stamped, partial(answerable, BY_NAME["records.v1"], ()), answered | {uuid4(): _after(last)}, reach)
    return [round((each.at - NOON) / timedelta(minutes=1)) for each in heard]


def test_what_has_an_answer_was_heard_when_that_was_decided_however_long_it_had_lain_there() -> None:
    assert _times((1, 9)) == [9]


def test_what_has_none_was_heard_once_it_was_told() -> None:
    assert _times((1, None), (5, 6)) == [1, 6]


def test_what_lies_behind_an_answer_was_heard_after_it() -> None:
    assert _times((1, 6), (2, None), (3, 9)) == [6, 6, 9]


def test_what_lies_before_an_answer_was_heard_before_it_whatever_the_clock_says_that_stamped_it() -> None:
    assert _times((8, None), (9, 5)) == [5, 5]


def test_what_was_taken_up_again_later_keeps_its_turn() -> None:
    assert _times((1, 30), (2, 3)) == [3, 3]


def test_behind_the_last_answer_only_what_was_told_before_the_last_decision_may_have_been_heard() -> None:
    assert _times((1, 2), (3, None), (8, None), (9, None), last=8) == [2, 3]


def test_what_is_told_again_has_no_answer_of_its_own_and_what_lies_before_it_may_never_have_been_heard() -> None:
    told, between = created(uuid4()), created(uuid4())
    raws = [Lying(each.to_bytes(), int(_after(1).timestamp() * 1000)) for each in (told, between, told)]

    heard = heard_before(raws, stamped, partial(answerable, BY_NAME["records.v1"], ()), {told.id: _after(2)}, 0)

    assert [(each.id, each.certain) for each in heard] == [(told.id, True)]


def test_what_was_settled_was_heard_however_late_it_was_told() -> None:
    assert _times((1, None), (9, None), last=5, reach=2) == [1, 9]


@pytest.mark.parametrize(("stopped", "left"), [("travel-notices.consular.v1", [1, 2]), ("*", [1, 1]), ("records.v1", [2, 1])])
def test_of_a_topic_that_was_stopped_nothing_is_heard_again_but_what_certainly_was(stopped: str, left: list[int]) -> None:
    certain, perhaps = (Heard(None, None, NOON, certain=each) for each in (True, False))
    heard = {TopicPartition(topic, 0): deque([certain, perhaps]) for topic in ("travel-notices.consular.v1", "records.v1")}

    leave_what_was_stopped(heard, {stopped: "somebody looks"})

    assert [len(each) for each in heard.values()] == left
