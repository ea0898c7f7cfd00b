"""Whose fault a failure is: infrastructure is waited for, data is set aside alone. What is not known is data."""

import asyncio
import ssl
from enum import Enum, auto

import asyncpg
from aiokafka.errors import KafkaError


class Fault(Enum):
    """What to do about a failure: wait and begin again, or set the one message aside."""

    INFRASTRUCTURE = auto()
    DATA = auto()


class OverrunError(TimeoutError):
    """A statement of a handler ran into the statement timeout: the database may be slow, or what is handled is to blame."""


# PostgreSQL error classes (appendix A of its manual) that pass by themselves or with an operator's help.
INFRASTRUCTURE: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.InvalidTransactionStateError,  # class 25, with read-only after a failover
    asyncpg.TransactionRollbackError,  # class 40: serialization, deadlock
    asyncpg.InsufficientResourcesError,  # class 53
    asyncpg.LockNotAvailableError,  # 55P03
    asyncpg.OperatorInterventionError,  # class 57: shutdown, cancel, statement timeout
    asyncpg.PostgresSystemError,  # class 58
    asyncpg.InvalidAuthorizationSpecificationError,  # class 28: credentials being rotated
    asyncpg.InvalidCatalogNameError,  # 3D000: the database is being restored
    asyncpg.InvalidCachedStatementError,  # a migration ran under us
    asyncpg.SyntaxOrAccessError,  # class 42: a migration or a grant is missing; our statements are constant, so no message is to blame
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    KafkaError,
    OSError,
    TimeoutError,
    asyncio.IncompleteReadError,
)


def fault_of(error: BaseException) -> Fault:
    """Infrastructure if its class is listed, else data.

    A ValueError is data whatever else it is, because asyncpg's refusal of an argument is one of its interface errors too;
    unless it is about a certificate.
    """
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):
        return Fault.DATA
    return Fault.INFRASTRUCTURE if isinstance(error, INFRASTRUCTURE) else Fault.DATA
