"""A message that ends the process, or never ends itself, is found and held; an outage blames no message (H10)."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from chassis import answering, app, database, tries
from chassis.attempts import UNTRIED, Attempt
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.ordering import Wish, order
from chassis.room import Room
from landfall.children import Leash
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import record_on
from tests.chassis.house import Witness
from tests.chassis.ordering import BY, WHY, answers, has_read, held_versions, ordered
from tests.chassis.supervisor import Supervisor
from tests.chassis.tellings import amended, created
from tests.waiting import LONG_SECONDS, until

DEADLY_SERVICE = "tests.chassis.deadly"
MORE_THAN_IT_TAKES_TO_HOLD_WHAT_NEVER_ENDS = 5


def test_what_was_never_counted_was_never_tried() -> None:
    assert UNTRIED.before(0) == UNTRIED.before(7) == 0
    assert UNTRIED.again(7, 20) == Attempt(7, 20, 1)


def test_values_that_were_tried_together_are_told_apart_once_they_are_tried_alone() -> None:
    together = Attempt(7, 20, 1)

    first_alone = together.again(7, 8)

    assert (together.before(7), together.before(8), together.before(20)) == (1, 0, 0)
    assert first_alone == Attempt(7, 20, 2)
    assert (first_alone.before(7), first_alone.before(8), first_alone.before(19), first_alone.before(20)) == (2, 1, 1, 0)
    assert first_alone.again(8, 9) == Attempt(8, 20, 2)
    assert first_alone.again(7, 8).again(7, 8).before(8) == 1


@pytest.mark.kafka
@pytest.mark.parametrize("comes", ["before the service starts", "while it runs"])
async def test_a_message_that_ends_the_process_is_held_by_its_fourth_try(
    house: FreshHouse, leash: Leash, tmp_path: Path, comes: str
) -> None:
    intel, deadly, around = await house("intel"), record_on(3), [record_on(3) for _ in range(12)]
    told = [*[created(each) for each in around[:6]], created(deadly), *[created(each) for each in around[6:]]]
    if comes == "before the service starts":
        await intel.tell(*told)
    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_SERVICE, DEADLY=str(deadly))
    try:
        if comes == "while it runs":
            await until(supervisor.service.ready, "it runs")
            await intel.tell(created(record_on(3)))
            await has_read(intel, 1)
            await intel.tell(*told)

        async def all_ended() -> bool:
            supervisor.keep_running()
            return bool(await intel.held()) and len(await intel.effects()) >= 12

        await until(all_ended, "one is held and the others are handled", LONG_SECONDS)
    finally:
        supervisor.service.end()

    (held,) = (await intel.held()).values()
    assert (held["subject"], held["reason"]) == (str(deadly), "poison")
    assert held["complaint"].startswith("the process ended")
    assert [await intel.versions(each) for each in around] == [[1]] * 12
    assert supervisor.starts <= 4


@pytest.mark.kafka
async def test_a_message_that_ends_the_process_also_while_it_is_held_is_kept_as_it_came_and_its_neighbours_are_handled(
    house: FreshHouse, leash: Leash, tmp_path: Path
) -> None:
    intel, deadly, around = await house("intel"), record_on(3), [record_on(3) for _ in range(6)]
    await intel.tell(*[created(each) for each in (*around[:3], deadly, *around[3:])])
    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_SERVICE, DEADLY=str(deadly), DEADLY_HELD="1")
    try:

        async def all_are_handled() -> bool:
            supervisor.keep_running()
            return len(await intel.effects()) >= 6

        await until(all_are_handled, "the others are handled", LONG_SECONDS)
    finally:
        supervisor.service.end()

    (held,) = (await intel.held()).values()
    assert (held["subject"], held["version"], held["reason"]) == (str(deadly), 1, "poison")
    assert held["complaint"].endswith("and while it was to be held")
    assert [await intel.versions(each) for each in around] == [[1]] * 6


async def test_a_redrive_that_ends_the_process_is_given_back(house: FreshHouse, leash: Leash, tmp_path: Path) -> None:
    intel, deadly = await house("intel"), uuid4()
    await intel.tell(created(deadly))
    async with intel.opened(Room("intel", {"records": Witness(poison={str(deadly)}).hear})):
        await has_read(intel, 1)
    await order(intel.owner, [await intel.fetchval("select held_id from held")], Wish.REDRIVE, BY, WHY)

    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_SERVICE, DEADLY=str(deadly))
    try:

        async def answered() -> bool:
            supervisor.keep_running()
            return bool(await intel.fetchval("select exists (select from answered_order)"))

        await until(answered, "the order is answered", LONG_SECONDS)
    finally:
        supervisor.service.end()

    (answer,) = await answers(intel, 1)
    assert answer["complaint"] == answering.ENDED
    assert await intel.reasons() == ["poison"]


async def test_what_ends_the_process_behind_something_discarded_is_held_itself(house: FreshHouse, leash: Leash, tmp_path: Path) -> None:
    intel, record = await house("intel"), uuid4()
    await intel.tell(created(record), amended(record, 2), amended(record, 3))
    async with intel.opened(Room("intel", {"records": Witness(poison={str(record)}).hear})):
        await has_read(intel, 3)
    await ordered(intel, Wish.DISCARD, version=1)

    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_SERVICE, DEADLY=str(record), DEADLY_VERSION="2")
    try:

        async def found_out() -> bool:
            supervisor.keep_running()
            return await held_versions(intel) == [(2, "poison"), (3, "after-poison")]

        await until(found_out, "the second is held for itself", LONG_SECONDS)
        await until(supervisor.service.ready, "it runs")
    finally:
        supervisor.service.end()

    discarded, given_up = await answers(intel, 2)
    assert (discarded["ordered"], discarded["complaint"]) == (Wish.DISCARD, None)
    assert (given_up["ordered_by"], given_up["complaint"]) == ("this service", answering.ENDED)
    assert await intel.fetchval("select complaint from held where version = 2") == answering.ENDED


async def test_a_message_whose_statement_never_ends_is_held_and_its_neighbours_are_handled(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_TIMEOUT_MS", 1000)
    intel, endless, around = await house("intel"), uuid4(), [uuid4() for _ in range(6)]
    await intel.tell(*[created(each) for each in (*around[:3], endless, *around[3:])])

    async def never_end(batch: Batch, tx: Transaction) -> None:
        if any(each.envelope.subject == str(endless) for each in batch):
            await tx.execute("select pg_sleep(60)")

    async with intel.opened(Room("intel", {"records": Witness(and_then=never_end).hear})):
        await has_read(intel, 7, LONG_SECONDS)

    (held,) = (await intel.held()).values()
    assert (held["subject"], held["reason"]) == (str(endless), "poison")
    assert "a statement never did" in held["complaint"]
    assert [await intel.versions(each) for each in around] == [[1]] * 6


async def test_a_message_that_waits_for_what_somebody_else_keeps_locked_is_not_blamed_however_long(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_TIMEOUT_MS", 1000)
    monkeypatch.setattr(database, "LOCK_TIMEOUT_MS", 300)
    intel, waits, witness = await house("intel"), list[str](), Witness()

    async def wait(batch: Batch, tx: Transaction) -> None:
        waits.append("waits")
        await witness.hear(batch, tx)

    await intel.tell(created(uuid4()), created(uuid4()))
    async with intel.opened(Room("intel", {"records": wait})):
        async with intel.owner.acquire() as somebody, somebody.transaction():
            await somebody.execute("lock table effect")
            await until(lambda: len(waits) > MORE_THAN_IT_TAKES_TO_HOLD_WHAT_NEVER_ENDS, "it waits again and again", LONG_SECONDS)
        await has_read(intel, 2, LONG_SECONDS)

    assert await intel.held() == {}
    assert len(await intel.effects()) == 2


async def test_an_outage_of_the_database_holds_nothing_however_often_it_comes(house: FreshHouse) -> None:
    intel, record, handling = await house("intel"), uuid4(), asyncio.Event()
    outages = 6

    async def take_long(_batch: Batch, tx: Transaction) -> None:
        handling.set()
        if outages:
            await tx.execute("select pg_sleep(20)")

    await intel.tell(created(record), amended(record, 2))
    async with intel.opened(Room("intel", {"records": Witness(and_then=take_long).hear})):
        while outages:
            await until(handling.is_set, "the batch is being handled", LONG_SECONDS)
            handling.clear()
            outages -= 1
            await intel.end_connections()
        await has_read(intel, 2, LONG_SECONDS)

    assert await intel.versions(record) == [1, 2]
    assert await intel.held() == {}


async def test_a_message_that_waits_whenever_the_service_is_told_to_end_is_handled_in_the_end(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "GRACE_SECONDS", 0.2)
    intel, record, waits = await house("intel"), uuid4(), asyncio.Event()

    async def wait_for_the_lock(_batch: Batch, tx: Transaction) -> None:
        waits.set()
        await tx.execute("select pg_advisory_xact_lock(4711)")

    room = Room("intel", {"records": Witness(and_then=wait_for_the_lock).hear})
    await intel.tell(created(record))
    async with intel.owner.acquire() as somebody:
        await somebody.execute("select pg_advisory_lock(4711)")
        for _ in range(3):
            async with intel.opened(room):
                await until(waits.is_set, "it waits for somebody else's lock")
                waits.clear()
        await somebody.execute("select pg_advisory_unlock(4711)")

    async with intel.opened(room):
        await has_read(intel, 1)
    assert await intel.versions(record) == [1]
    assert await intel.held() == {}


async def test_a_try_so_long_that_the_service_may_have_been_told_to_end_for_it_counts(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a batch that takes longer than liveness allows would be tried together for ever."""
    monkeypatch.setattr(app, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(tries, "BLAMELESS_SECONDS", 0.0)
    intel, is_tried = await house("intel"), asyncio.Event()

    async def never_end(_batch: Batch, _tx: Transaction) -> None:
        is_tried.set()
        await asyncio.Event().wait()

    await intel.tell(created(uuid4()))
    async with intel.opened(Room("intel", {"records": Witness(and_then=never_end).hear})):
        await until(is_tried.is_set, "it is tried")

    assert await intel.fetchval("select array_agg(tries) from attempt") == [1]
