"""Whose fault a failure is: infrastructure is waited for, data is set aside alone. What is not known is data."""

import asyncio
from enum import Enum, auto

import asyncpg
from aiokafka import errors as kafka

from chassis.not_yet import NotYetError
from chassis.verdicts import DATA, INFRASTRUCTURE


class Fault(Enum):
    """What to do about a failure: wait and begin again, or set the one message aside."""

    INFRASTRUCTURE = auto()
    DATA = auto()


# Somebody else was there at the same moment, or what is missing is on its way. No handler speaks to Kafka.
BY_CHANCE = (
    asyncpg.TransactionRollbackError, asyncpg.ObjectNotInPrerequisiteStateError, NotYetError,
    kafka.KafkaError, kafka.ConsumerStoppedError, kafka.IllegalOperation,
)  # fmt: skip

# The server's process, the way to it or its answer is gone: an outage is one cause of that, and what a message asked for is another.
SESSION_LOST = (
    asyncpg.PostgresConnectionError, asyncpg.InvalidTransactionStateError, asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError, asyncio.IncompleteReadError,
)  # fmt: skip


class OverrunError(TimeoutError):
    """A statement of a handler ran into the statement timeout: the database may be slow, or what is handled is to blame."""


def fault_of(error: BaseException) -> Fault:
    """As `chassis.verdicts` says of its class, or of the nearest class above it."""
    return fault_of_class(type(error))


def fault_of_class(kind: type[BaseException]) -> Fault:
    """For a class with two parents the order in which it names them decides: a certificate's error is an OSError before a ValueError."""
    nearest = next((each for each in kind.__mro__ if each in INFRASTRUCTURE or each in DATA), Exception)
    return Fault.INFRASTRUCTURE if nearest in INFRASTRUCTURE else Fault.DATA


def is_by_chance(error: BaseException) -> bool:
    """Whether it says nothing about what was handled, however often it comes."""
    return fault_of(error) is Fault.INFRASTRUCTURE and isinstance(error, BY_CHANCE)


def lost_its_session(error: BaseException) -> bool:
    """Whether it is no refusal of a statement, but the end of the session, or no answer."""
    return fault_of(error) is Fault.INFRASTRUCTURE and isinstance(error, SESSION_LOST)
