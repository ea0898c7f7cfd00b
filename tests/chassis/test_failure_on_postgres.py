"""What a real server answers when something fails, and whose fault that is: infrastructure is waited for, data is set aside."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
import pytest_asyncio

from chassis.failure import Fault, fault_of
from tests.chassis import mishaps
from tests.chassis.mishaps import Server
from tests.conftest import FreshDatabase
from tests.places import superuser
from tests.places.postgres import Postgres

Kinds = type[Exception] | tuple[type[Exception], ...]
# How a lost connection shows depends on which comes first, the server's last word or its end.
ENDED = (asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError, asyncpg.InterfaceError)

STATEMENTS: dict[str, Kinds] = {
    "insert into child (id) values (1)": asyncpg.UniqueViolationError,
    "insert into child (id, size) values (3, -1)": asyncpg.CheckViolationError,
    "insert into child (id, size) values (3, null)": asyncpg.NotNullViolationError,
    "insert into child (id, parent) values (3, 7)": asyncpg.ForeignKeyViolationError,
    "insert into child (id, size) values (3, 40000)": asyncpg.NumericValueOutOfRangeError,
    "insert into child (id) values (3), (3) on conflict (id) do update set size = 1": asyncpg.CardinalityViolationError,
    "insert into wide select string_agg(md5(each::text), '') from generate_series(1, 1000) as each": asyncpg.ProgramLimitExceededError,
    "select 'no id'::text::uuid": asyncpg.InvalidTextRepresentationError,
    "select '2021-02-30'::text::date": asyncpg.DatetimeFieldOverflowError,
    "select 1 / 0": asyncpg.DivisionByZeroError,
    r"""select '{"name": "\u0000"}'::jsonb""": asyncpg.UntranslatableCharacterError,
    "select refuse()": asyncpg.RaiseError,
}

LACKING: dict[str, Kinds] = {
    "select * from grandchild": asyncpg.UndefinedTableError,
    "select age from child": asyncpg.UndefinedColumnError,
    "select accept()": asyncpg.UndefinedFunctionError,
    "drop table child": asyncpg.InsufficientPrivilegeError,
}

DATA: dict[Callable[[Server], Awaitable[None]], Kinds] = {
    mishaps.a_rule_that_is_looked_at_when_it_ends: asyncpg.UniqueViolationError,
    mishaps.going_on_after_an_error: asyncpg.InFailedSQLTransactionError,
    mishaps.an_argument_that_cannot_be_written: asyncpg.DataError,
}

INFRASTRUCTURE: dict[Callable[[Server], Awaitable[None]], Kinds] = {
    mishaps.deadlock: asyncpg.DeadlockDetectedError,
    mishaps.an_update_that_another_overtook: asyncpg.SerializationError,
    mishaps.two_that_read_what_the_other_wrote: asyncpg.SerializationError,
    mishaps.a_connection_that_is_lost_when_it_ends: ENDED,
    mishaps.a_lock_that_is_not_given: asyncpg.LockNotAvailableError,
    mishaps.a_statement_that_takes_too_long: asyncpg.QueryCanceledError,
    mishaps.an_answer_that_takes_too_long: TimeoutError,
    mishaps.a_write_after_a_failover: asyncpg.ReadOnlySQLTransactionError,
    mishaps.a_connection_ended_in_the_middle: ENDED,
    mishaps.a_connection_ended_in_between: ENDED,
    mishaps.a_transaction_that_was_idle_for_too_long: ENDED,
    mishaps.no_connection_left: asyncpg.TooManyConnectionsError,
    mishaps.another_password: asyncpg.InvalidPasswordError,
    mishaps.another_database: asyncpg.InvalidCatalogNameError,
    mishaps.a_plan_from_before_a_migration: asyncpg.InvalidCachedStatementError,
    mishaps.a_plan_that_a_pooler_forgot: asyncpg.InvalidSQLStatementNameError,
    mishaps.a_pool_that_is_closed: asyncpg.InterfaceError,
}


@pytest_asyncio.fixture
async def server(database: FreshDatabase, postgres: Postgres) -> AsyncIterator[Server]:
    where = await database("intel")
    async with mishaps.server(where, superuser.url_in(postgres.superuser_url, where)) as found:
        yield found


@pytest.mark.parametrize(("statement", "kind"), STATEMENTS.items(), ids=STATEMENTS)
async def test_what_a_value_brings_about_is_data(server: Server, statement: str, kind: Kinds) -> None:
    with pytest.raises(kind) as failure:
        await (await server.connect()).execute(statement)

    assert fault_of(failure.value) is Fault.DATA


@pytest.mark.parametrize(("statement", "kind"), LACKING.items(), ids=LACKING)
async def test_what_a_migration_did_not_bring_yet_is_infrastructure(server: Server, statement: str, kind: Kinds) -> None:
    with pytest.raises(kind) as failure:
        await (await server.connect()).execute(statement)

    assert fault_of(failure.value) is Fault.INFRASTRUCTURE


@pytest.mark.parametrize(("provoke", "kind"), DATA.items(), ids=lambda each: getattr(each, "__name__", ""))
async def test_what_our_own_code_brings_about_is_data(server: Server, provoke: Callable[[Server], Awaitable[None]], kind: Kinds) -> None:
    with pytest.raises(kind) as failure:
        await provoke(server)

    assert fault_of(failure.value) is Fault.DATA


@pytest.mark.parametrize(("provoke", "kind"), INFRASTRUCTURE.items(), ids=lambda each: getattr(each, "__name__", ""))
async def test_what_would_meet_any_message_is_infrastructure(
    server: Server, provoke: Callable[[Server], Awaitable[None]], kind: Kinds
) -> None:
    with pytest.raises(kind) as failure:
        await provoke(server)

    assert fault_of(failure.value) is Fault.INFRASTRUCTURE


async def test_a_server_that_hangs_up_is_infrastructure() -> None:
    def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)) as failure:
            await asyncpg.connect(host="127.0.0.1", port=port, user="intel", database="intel", password="-")

    assert fault_of(failure.value) is Fault.INFRASTRUCTURE


async def test_a_server_that_is_not_there_is_infrastructure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(OSError, match=r"refused|Connect call failed") as failure:
        await asyncpg.connect(host="127.0.0.1", port=port, user="intel", database="intel", password="-")

    assert fault_of(failure.value) is Fault.INFRASTRUCTURE
