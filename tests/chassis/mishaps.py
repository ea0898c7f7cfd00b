"""How a real PostgreSQL comes to its errors. Every function ends with one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from landfall.provision import Database
from tests.waiting import until

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TABLES = """
create table parent (id int primary key);
create table child (
    id int primary key, size smallint not null default 0 check (size >= 0), parent int references parent,
    late int unique deferrable initially deferred
);
create table wide (word text primary key);
create table last_word (id int);
insert into child (id, late) values (1, 1), (2, 2);
create function refuse() returns void language plpgsql as $$ begin raise exception 'refused'; end $$;
create function end_ourselves() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(30); return null; end $$;
create constraint trigger at_the_end after insert on last_word deferrable initially deferred
    for each row execute function end_ourselves();
"""

SLEEPS = "select exists (select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep')"


@dataclass
class Server:
    """One database of the test, with tables of its own, as many connections as one asks for, and the superuser's hand."""

    where: Database
    superuser: Connection
    stack: AsyncExitStack

    async def connect(self, url: str | None = None, timeout_seconds: float | None = None, **settings: str) -> Connection:
        found: Connection = await asyncpg.connect(url or self.where.url, server_settings=settings, command_timeout=timeout_seconds)
        self.stack.callback(found.terminate)
        return found

    async def transaction(self, isolation: Any = None) -> Connection:
        """A connection with a transaction begun."""
        found = await self.connect()
        await found.transaction(isolation=isolation).start()
        return found


@asynccontextmanager
async def server(where: Database, superuser_url: str) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        found = Server(where, await asyncpg.connect(superuser_url), stack)
        stack.push_async_callback(found.superuser.close)
        await (await found.connect(where.owner_url)).execute(TABLES)
        yield found


async def deadlock(server: Server) -> None:
    one, other = await server.transaction(), await server.transaction()
    await one.execute("update child set size = 1 where id = 1")
    await other.execute("update child set size = 1 where id = 2")
    both = [asyncio.create_task(each.execute("update child set size = 2")) for each in (one, other)]
    done, pending = await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
    await asyncio.gather(*pending)
    for each in done:
        each.result()


async def an_update_that_another_overtook(server: Server) -> None:
    one, other = await server.transaction("repeatable_read"), await server.connect()
    await one.fetch("select * from child")
    await other.execute("update child set size = 1 where id = 1")
    await one.execute("update child set size = 2 where id = 1")


async def two_that_read_what_the_other_wrote(server: Server) -> None:
    both = [await server.transaction("serializable") for _ in range(2)]
    for each in both:
        await each.fetch("select * from child")
    for number, each in enumerate(both, 1):
        await each.execute("update child set size = 1 where id = $1", number)
    for each in both:
        await each.execute("commit")


async def a_rule_that_is_looked_at_when_it_ends(server: Server) -> None:
    ending = await server.transaction()
    await ending.execute("update child set late = 1 where id = 2")
    await ending.execute("commit")


async def a_connection_that_is_lost_when_it_ends(server: Server) -> None:
    ending = await server.transaction()
    await ending.execute("insert into last_word values (1)")
    await ending.execute("commit")


async def a_lock_that_is_not_given(server: Server) -> None:
    await (await server.transaction()).execute("update child set size = 1 where id = 1")
    await (await server.connect(lock_timeout="1")).execute("update child set size = 2 where id = 1")


async def a_statement_that_takes_too_long(server: Server) -> None:
    await (await server.connect(statement_timeout="1")).fetch("select pg_sleep(30)")


async def an_answer_that_takes_too_long(server: Server) -> None:
    await (await server.connect(timeout_seconds=0.01)).fetch("select pg_sleep(30)")


async def a_write_after_a_failover(server: Server) -> None:
    await (await server.connect(default_transaction_read_only="on")).execute("delete from child")


async def a_connection_ended_in_the_middle(server: Server) -> None:
    victim = await server.connect()
    waits = asyncio.create_task(victim.fetch("select pg_sleep(30)"))
    await until(lambda: server.superuser.fetchval(SLEEPS, victim.get_server_pid()), "its statement runs")
    await server.superuser.fetch("select pg_terminate_backend($1)", victim.get_server_pid())
    await waits


async def a_connection_ended_in_between(server: Server) -> None:
    victim = await server.transaction()
    await server.superuser.fetch("select pg_terminate_backend($1)", victim.get_server_pid())
    await until(victim.is_closed, "the connection is closed")
    await victim.fetch("select 1")


async def a_transaction_that_was_idle_for_too_long(server: Server) -> None:
    victim = await server.connect(idle_in_transaction_session_timeout="1")
    await victim.transaction().start()
    await until(victim.is_closed, "the server has ended it")
    await victim.fetch("select 1")


async def no_connection_left(server: Server) -> None:
    name = await server.superuser.fetchval("select current_database()")
    await server.superuser.execute(f'alter database "{name}" connection limit 0')
    await server.connect()


async def another_password(server: Server) -> None:
    await asyncpg.connect(server.where.url, password="the one of last year")


async def another_database(server: Server) -> None:
    await asyncpg.connect(server.where.url, database="the one that is being restored")


async def a_plan_from_before_a_migration(server: Server) -> None:
    reader = await server.connect()
    plan = await reader.prepare("select * from child")
    await plan.fetch()
    await (await server.connect(server.where.owner_url)).execute("alter table child add column later int")
    async with reader.transaction():
        await plan.fetch()


async def a_plan_that_a_pooler_forgot(server: Server) -> None:
    reader = await server.connect()
    plan = await reader.prepare("select * from child")
    await reader.execute("deallocate all")
    await plan.fetch()


async def going_on_after_an_error(server: Server) -> None:
    careless = await server.transaction()
    with suppress(asyncpg.DivisionByZeroError):
        await careless.fetch("select 1 / 0")
    await careless.fetch("select 1")


async def an_argument_that_cannot_be_written(server: Server) -> None:
    await (await server.connect()).fetch("select $1::int", "no number")


async def a_pool_that_is_closed(server: Server) -> None:
    pool = await asyncpg.create_pool(server.where.url, min_size=1, max_size=1)
    await pool.close()
    await pool.fetch("select 1")
