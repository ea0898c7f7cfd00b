"""What fails as infrastructure does is a value's own doing where it fails alone, often and for long, and nothing else does (H10)."""

import asyncpg
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from chassis import blame as blaming
from chassis.blame import APART_FROM, MOST_FAILURES, UNREAD_FROM, WITNESSED_FROM, Blame
from chassis.carried import Carried
from chassis.failure import OverrunError
from chassis.not_yet import NotYetError

ONE, OTHER = TopicPartition("records.v1", 1), TopicPartition("records.v1", 2)
FAMILY = "records"
LOST, REFUSED = asyncpg.ConnectionDoesNotExistError(""), asyncpg.UndefinedTableError("")


@pytest.fixture(autouse=True)
def _long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blaming, "SPREAD_SECONDS", 0.0)


@pytest.fixture
def blame() -> Blame:
    return Blame()


def _fails(blame: Blame, times: int, error: Exception = LOST, *, alone: bool = True) -> None:
    for _ in range(times):
        blame.failed(ONE, 7, error, alone=alone, family=FAMILY)


def test_what_failed_together_often_enough_is_tried_apart_and_blamed_for_nothing(blame: Blame) -> None:
    _fails(blame, APART_FROM - 1, alone=False)
    assert not blame.is_apart(ONE, 7)

    _fails(blame, 1 + MOST_FAILURES, alone=False)

    assert blame.is_apart(ONE, 7)
    assert not blame.is_apart(ONE, 8)
    assert not blame.is_apart(OTHER, 7)
    assert blame.why_hopeless(ONE, 7) is None


def test_data_that_fails_outside_every_savepoint_is_tried_apart_at_once(blame: Blame) -> None:
    _fails(blame, 1, ValueError(), alone=False)

    assert blame.is_apart(ONE, 7)


def test_what_lost_its_session_often_enough_alone_is_hopeless(blame: Blame) -> None:
    _fails(blame, MOST_FAILURES - 1)
    assert blame.why_hopeless(ONE, 7) is None

    _fails(blame, 1)

    assert blame.why_hopeless(ONE, 7) == "ConnectionDoesNotExistError each of the last 10 times, alone, while the database answered"
    assert blame.why_hopeless(ONE, 8) is None


def test_what_is_hopeless_and_fails_on_while_it_is_held_is_unbearable(blame: Blame) -> None:
    _fails(blame, UNREAD_FROM - 1)
    assert blame.why_hopeless(ONE, 7) is not None
    assert not blame.is_unbearable(ONE, 7)

    _fails(blame, 1)

    assert blame.is_unbearable(ONE, 7)
    assert not blame.is_unbearable(ONE, 8)


def test_not_before_it_has_failed_for_long_however_often(blame: Blame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blaming, "SPREAD_SECONDS", float("inf"))

    _fails(blame, 10 * MOST_FAILURES)

    assert blame.why_hopeless(ONE, 7) is None


def test_tries_together_count_for_nothing_when_it_is_tried_alone(blame: Blame) -> None:
    _fails(blame, MOST_FAILURES, alone=False)
    _fails(blame, MOST_FAILURES - 1)

    assert blame.why_hopeless(ONE, 7) is None


def test_one_success_ends_the_row(blame: Blame) -> None:
    _fails(blame, MOST_FAILURES)

    blame.went_on(Carried({ONE: 8}))

    assert not blame.is_apart(ONE, 7)
    assert blame.why_hopeless(ONE, 7) is None


def _handled(blame: Blame, family: str = FAMILY) -> None:
    blame.went_on(Carried({OTHER: 1}, families={family}))


def test_a_statement_that_is_refused_is_to_blame_only_where_others_of_its_family_were_handled_in_between(blame: Blame) -> None:
    _handled(blame)
    _fails(blame, MOST_FAILURES, REFUSED)
    for _ in range(WITNESSED_FROM):
        _handled(blame, "handovers")
        _fails(blame, 1, REFUSED)
    assert blame.why_hopeless(ONE, 7) is None

    for _ in range(WITNESSED_FROM):
        _handled(blame)
        assert blame.why_hopeless(ONE, 7) is None
        _fails(blame, 1, REFUSED)

    assert blame.why_hopeless(ONE, 7) is not None


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError(""), asyncpg.SerializationError(""), asyncpg.LockNotAvailableError(""), KafkaConnectionError(),
        NotYetError(), OverrunError(),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_what_others_brought_about_blames_nothing_however_often(blame: Blame, error: Exception) -> None:
    for _ in range(MOST_FAILURES):
        _handled(blame)
        _fails(blame, 2, error)

    assert not blame.is_apart(ONE, 7)
    assert blame.why_hopeless(ONE, 7) is None
