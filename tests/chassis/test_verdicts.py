"""Every error that asyncpg or Kafka's client can raise has its verdict in writing; one that a new version brings does not slip in."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import asyncpg
import pytest
from aiokafka import errors as kafka
from aiokafka.errors import KafkaError, OffsetOutOfRangeError, OutOfOrderSequenceNumber, ProducerFenced, RecordTooLargeError
from asyncpg import exceptions as postgres
from asyncpg.exceptions import _base as client

from chassis.failure import Fault, fault_of, fault_of_class
from chassis.verdicts import DATA, INFRASTRUCTURE

WRITTEN = Path(__file__).with_name("error_classes.txt")


def _errors(module: ModuleType) -> Iterator[type[BaseException]]:
    for _, kind in sorted(vars(module).items()):
        if inspect.isclass(kind) and issubclass(kind, Exception) and not issubclass(kind, Warning):
            yield kind


def _line(kind: type[BaseException]) -> str:
    return f"{getattr(kind, 'sqlstate', None) or '-':6} {kind.__module__}.{kind.__qualname__} {fault_of_class(kind).name.lower()}"


def test_every_error_class_of_both_clients_stands_in_the_written_list() -> None:
    found = {_line(kind) for module in (postgres, client, kafka) for kind in _errors(module)}

    new, gone = found - set(WRITTEN.read_text().splitlines()), set(WRITTEN.read_text().splitlines()) - found
    assert (sorted(new), sorted(gone)) == ([], []), f"look at each, put it into chassis/verdicts.py if need be, and into {WRITTEN.name}"


def test_every_class_of_sqlstate_is_judged_by_itself_and_not_by_default() -> None:
    assert _states(_errors(postgres)) == _states((*INFRASTRUCTURE, *DATA))


def _states(kinds: Iterable[type[BaseException]]) -> set[str]:
    return {str(getattr(kind, "sqlstate", None) or "-")[:2] for kind in kinds}


def test_no_class_has_two_verdicts_and_each_has_its_reason() -> None:
    assert INFRASTRUCTURE.keys() & DATA.keys() == set()
    assert all(INFRASTRUCTURE.values())
    assert all(DATA.values())


@pytest.mark.parametrize("kind", [OffsetOutOfRangeError, OutOfOrderSequenceNumber, ProducerFenced, RecordTooLargeError, KafkaError])
def test_no_handler_speaks_to_kafka_so_its_errors_are_no_message_s_fault(kind: type[KafkaError]) -> None:
    assert fault_of(kind()) is Fault.INFRASTRUCTURE


class LaterError(asyncpg.PostgresError):
    """A class that some later PostgreSQL brings."""

    sqlstate = "ZZ001"


def test_a_class_of_sqlstate_that_nobody_knows_is_data() -> None:
    assert fault_of(LaterError("")) is Fault.DATA
    assert fault_of(asyncpg.PostgresError.new({"C": "ZZ001", "M": ""})) is Fault.DATA


def test_a_nearer_class_decides_over_one_above_it() -> None:
    assert fault_of_class(asyncpg.InFailedSQLTransactionError) is Fault.DATA
    assert fault_of_class(asyncpg.ReadOnlySQLTransactionError) is Fault.INFRASTRUCTURE
    assert fault_of_class(client.DataError) is Fault.DATA
    assert fault_of_class(postgres.ClientConfigurationError) is Fault.INFRASTRUCTURE
