"""Whose fault a failure is, one test for each class of it: what is not known is data."""

import asyncio
import ssl

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, NotLeaderForPartitionError
from asyncpg.exceptions._base import DataError as RefusedArgumentError

from chassis.failure import Fault, fault_of
from chassis.say import OversizedError
from tests.conftest import FreshDatabase

WAITED_FOR = {
    "08 connection lost": asyncpg.ConnectionDoesNotExistError(""),
    "08 connection refused": asyncpg.CannotConnectNowError(""),
    "25 read-only after a failover": asyncpg.ReadOnlySQLTransactionError(""),
    "25 idle in a transaction for too long": asyncpg.IdleInTransactionSessionTimeoutError(""),
    "28 password being changed": asyncpg.InvalidPasswordError(""),
    "3D000 database being restored": asyncpg.InvalidCatalogNameError(""),
    "40 deadlock": asyncpg.DeadlockDetectedError(""),
    "40 serialization": asyncpg.SerializationError(""),
    "42 a table is missing: the migration did not run yet": asyncpg.UndefinedTableError(""),
    "42 a grant is missing": asyncpg.InsufficientPrivilegeError(""),
    "53 disk full": asyncpg.DiskFullError(""),
    "53 too many connections": asyncpg.TooManyConnectionsError(""),
    "55 lock not available": asyncpg.LockNotAvailableError(""),
    "57 administrator ended the connection": asyncpg.AdminShutdownError(""),
    "57 statement timeout": asyncpg.QueryCanceledError(""),
    "58 input or output": asyncpg.PostgresIOError(""),
    "a plan from before a migration": asyncpg.InvalidCachedStatementError(""),
    "the pool is closing": asyncpg.InterfaceError(""),
    "asyncpg lost its way": asyncpg.InternalClientError(""),
    "Kafka does not answer": KafkaTimeoutError(),
    "Kafka's connection is lost": KafkaConnectionError(),
    "Kafka's leader moved": NotLeaderForPartitionError(),
    "the network": ConnectionResetError(),
    "an answer cut short": asyncio.IncompleteReadError(b"", 1),
    "a time-out": TimeoutError(),
}

SET_ASIDE = {
    "22 a value does not fit": asyncpg.NumericValueOutOfRangeError(""),
    "23 a rule of the tables": asyncpg.CheckViolationError(""),
    "23 said twice": asyncpg.UniqueViolationError(""),
    "54 too large for an index": asyncpg.ProgramLimitExceededError(""),
    "P0 raised in the database": asyncpg.RaiseError(""),
    "a fact too large": OversizedError(""),
    "our own mistake": KeyError(""),
    "our own mistake with a type": TypeError(""),
    "unknown": Exception(""),
    "asyncpg refuses an argument": RefusedArgumentError(""),
    "text that is none": UnicodeDecodeError("utf-8", b"\xff", 0, 1, ""),
}


@pytest.mark.parametrize("error", WAITED_FOR.values(), ids=WAITED_FOR)
def test_infrastructure_is_waited_for(error: Exception) -> None:
    assert fault_of(error) is Fault.INFRASTRUCTURE


@pytest.mark.parametrize("error", SET_ASIDE.values(), ids=SET_ASIDE)
def test_data_is_set_aside(error: Exception) -> None:
    assert fault_of(error) is Fault.DATA


def test_a_certificate_that_ran_out_is_no_message_s_fault() -> None:
    assert fault_of(ssl.SSLCertVerificationError()) is Fault.INFRASTRUCTURE


async def test_a_value_that_asyncpg_refuses_before_it_asks_the_server_is_data(database: FreshDatabase) -> None:
    connection = await asyncpg.connect((await database("intel")).url)

    for query, argument in (("select $1::int", 2**40), ("select $1::uuid", "no id"), ("select $1::text[]", 5), ("select $1::text", "\0")):
        with pytest.raises((asyncpg.InterfaceError, asyncpg.DataError)) as refused:
            await connection.fetchval(query, argument)
        assert fault_of(refused.value) is Fault.DATA
    await connection.close()


async def test_a_statement_that_runs_too_long_is_infrastructure(database: FreshDatabase) -> None:
    connection = await asyncpg.connect((await database("intel")).url, server_settings={"statement_timeout": "1"})

    with pytest.raises(asyncpg.PostgresError) as ended:
        await connection.fetchval("select pg_sleep(10)")
    await connection.close()

    assert fault_of(ended.value) is Fault.INFRASTRUCTURE


async def test_a_connection_that_was_ended_in_a_transaction_is_infrastructure(database: FreshDatabase) -> None:
    where = await database("intel")
    victim, other = await asyncpg.connect(where.url), await asyncpg.connect(where.url)

    with pytest.raises(Exception, match=r".") as ended:  # noqa: PT012 - the statement after the end is the point
        async with victim.transaction():
            await other.fetchval("select pg_terminate_backend($1)", victim.get_server_pid())
            await victim.fetchval("select 1")
    await other.close()

    assert fault_of(ended.value) is Fault.INFRASTRUCTURE
