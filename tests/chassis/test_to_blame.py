"""A message that fails as an outage would, or outside its handler, is found and held; what every message meets is waited for (H10)."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis import blame, listen
from chassis.blame import MOST_FAILURES
from chassis.database import Transaction
from chassis.held import Held
from chassis.occasion import Batch
from chassis.room import OnHeld, Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.ordering import has_read, held_versions
from tests.chassis.severing import on_a_way_of_its_own
from tests.chassis.tellings import amended, created
from tests.chassis.trouble import Act, end_its_session, need_what_is_not_there, over
from tests.waiting import LONG_SECONDS, until

AT_COMMIT = """
create function refuse() returns trigger language plpgsql as $$ begin raise check_violation; end $$;
create constraint trigger at_the_end after insert on effect deferrable initially deferred
    for each row when (new.subject = '{}') execute function refuse();
"""

STOPPED = "reading everything is stopped: what could not be applied is the doing of this line itself: 1 of it"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither so many seconds nor such waits as outside of tests."""
    monkeypatch.setattr(blame, "SPREAD_SECONDS", 0.0)
    monkeypatch.setattr(listen, "LONGEST_WAIT_SECONDS", 0.1)


async def _think_for_too_long(tx: Transaction) -> None:
    await tx.execute("set idle_in_transaction_session_timeout = 1")
    await asyncio.sleep(0.1)
    await tx.execute("select 1")


async def _tell(intel: House, bad: UUID) -> list[UUID]:
    """Six others around it; who they are."""
    around = [uuid4() for _ in range(6)]
    await intel.tell(*[created(each) for each in (*around[:3], bad, *around[3:])])
    return around


@pytest.mark.parametrize("act", [end_its_session, _think_for_too_long])
async def test_a_message_over_which_its_session_ends_each_time_is_held_and_its_neighbours_are_handled(house: FreshHouse, act: Act) -> None:
    intel, bad = await house("intel"), uuid4()
    around = await _tell(intel, bad)

    async with intel.opened(Room("intel", {"records": Witness(and_then=over(bad, act)).hear})) as running:
        await has_read(intel, 7, LONG_SECONDS)
        await intel.tell(amended(bad, 2))
        await has_read(intel, 8)
        await until(running.ready, "it complains of nothing")

    assert await held_versions(intel) == [(1, "poison"), (2, "after-poison")]
    assert str(MOST_FAILURES) in await intel.fetchval("select complaint from held where version = 1")
    assert [await intel.versions(each) for each in around] == [[1]] * 6


@pytest.mark.kafka
async def test_partitions_beside_one_that_fails_go_on_meanwhile(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blame, "SPREAD_SECONDS", float("inf"))
    intel, bad = await house("intel"), uuid4()

    async with intel.opened(Room("intel", {"records": Witness(and_then=over(bad, end_its_session)).hear})):
        await intel.tell(created(bad))
        others = await intel.tell(*[created(uuid4()) for _ in range(40)])

        async def most_are_handled() -> bool:
            return len(await intel.effects()) >= len(others) / 2

        await until(most_are_handled, "what lies on other partitions is handled")

    assert await intel.held() == {}


async def test_a_database_that_is_away_blames_nothing_however_long(house: FreshHouse) -> None:
    async with on_a_way_of_its_own(await house("intel")) as (intel, way):
        record, handling, first = uuid4(), asyncio.Event(), True

        async def take_long(_batch: Batch, tx: Transaction) -> None:
            nonlocal first
            handling.set()
            if first:
                await tx.execute("select pg_sleep(60)")

        await intel.tell(created(record), amended(record, 2))
        async with intel.opened(Room("intel", {"records": Witness(and_then=take_long).hear})):
            await until(handling.is_set, "the batch is being handled", LONG_SECONDS)
            first = False
            with way.away():
                await until(lambda: way.refused > 2 * MOST_FAILURES, "it has asked for the database often", LONG_SECONDS)
            await has_read(intel, 2, LONG_SECONDS)

    assert await intel.versions(record) == [1, 2]
    assert await intel.held() == {}


async def test_a_table_that_every_message_needs_is_waited_for_however_long(house: FreshHouse) -> None:
    intel, tries = await house("intel"), 0
    await intel.owner.execute("alter table effect rename to not_yet")
    witness = Witness()

    async def hear(batch: Batch, tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        await witness.hear(batch, tx)

    around = await _tell(intel, uuid4())
    async with intel.opened(Room("intel", {"records": hear})):
        await until(lambda: tries > 12 * MOST_FAILURES, "it has tried often", LONG_SECONDS)
        await intel.owner.execute("alter table not_yet rename to effect")
        await has_read(intel, 7, LONG_SECONDS)

    assert [await intel.versions(each) for each in around] == [[1]] * 6
    assert await intel.held() == {}


@pytest.mark.kafka
async def test_a_statement_that_is_refused_to_one_message_alone_is_held_once_others_are_handled(house: FreshHouse) -> None:
    intel, bad = await house("intel"), uuid4()

    await intel.tell(created(bad))
    async with intel.opened(Room("intel", {"records": Witness(and_then=over(bad, need_what_is_not_there)).hear})):

        async def is_held_while_others_come() -> bool:
            await intel.tell(created(uuid4()))
            return bool(await intel.held())

        await until(is_held_while_others_come, "it is held")

    assert await intel.reasons() == ["poison"]


async def test_a_message_that_loses_every_deadlock_for_long_is_not_held(house: FreshHouse) -> None:
    intel, bad, losses = await house("intel"), uuid4(), 0

    async def lose(_tx: Transaction) -> None:
        nonlocal losses
        losses += 1
        if losses <= 3 * MOST_FAILURES:
            raise asyncpg.DeadlockDetectedError

    await _tell(intel, bad)
    async with intel.opened(Room("intel", {"records": Witness(and_then=over(bad, lose)).hear})):
        await has_read(intel, 7, LONG_SECONDS)

    assert await intel.versions(bad) == [1]
    assert await intel.held() == {}


async def test_a_message_that_is_refused_when_its_transaction_ends_is_held_and_its_neighbours_are_handled(house: FreshHouse) -> None:
    intel, bad = await house("intel"), uuid4()
    await intel.owner.execute(AT_COMMIT.format(bad))
    around = await _tell(intel, bad)

    async with intel.opened(Room("intel", {"records": Witness().hear})):
        await has_read(intel, 7, LONG_SECONDS)

    assert await held_versions(intel) == [(1, "poison")]
    assert await intel.fetchval("select complaint from held") == "CheckViolationError when it was to be applied"
    assert [await intel.versions(each) for each in around] == [[1]] * 6


def _never_told_of(bad: UUID) -> OnHeld:
    async def on_held(held: Sequence[Held], _tx: Transaction) -> None:
        if any(each.subject == str(bad) for each in held):
            raise KeyError

    return on_held


async def test_a_message_that_cannot_even_be_held_as_others_are_is_kept_as_it_came(house: FreshHouse) -> None:
    intel, bad = await house("intel"), uuid4()
    around = await _tell(intel, bad)
    witness = Witness(poison={str(bad)})

    async with intel.opened(Room("intel", {"records": witness.hear}, on_held=_never_told_of(bad))):
        await has_read(intel, 7, LONG_SECONDS)
        await intel.tell(amended(around[0], 2))
        await has_read(intel, 8)

    (held,) = (await intel.held()).values()
    assert (held["reason"], held["subject"], held["version"]) == ("poison", str(bad), 1)
    assert held["complaint"] == "KeyError when it was to be applied; KeyError when it was to be held"
    assert [await intel.versions(each) for each in around] == [[1, 2], *[[1]] * 5]


async def test_what_ends_its_session_also_while_it_is_held_is_kept_as_it_came(house: FreshHouse) -> None:
    intel, bad = await house("intel"), uuid4()
    around = await _tell(intel, bad)
    witness = Witness(and_then=over(bad, end_its_session))

    async def on_held(_held: Sequence[Held], tx: Transaction) -> None:
        await end_its_session(tx)

    async with intel.opened(Room("intel", {"records": witness.hear}, on_held=on_held)):
        await has_read(intel, 7, LONG_SECONDS)

    (held,) = (await intel.held()).values()
    assert (held["reason"], held["subject"], held["version"]) == ("poison", str(bad), 1)
    assert held["complaint"].endswith("and while it was to be held")
    assert [await intel.versions(each) for each in around] == [[1]] * 6


async def test_what_cannot_be_held_as_others_are_stops_the_line_as_others_do(house: FreshHouse) -> None:
    intel, bad = await house("intel"), uuid4()
    await intel.tell(created(bad))
    witness = Witness(poison={str(bad)})

    async with intel.opened(Room("intel", {"records": witness.hear}, on_held=_never_told_of(bad)), stop_after=1) as running:
        await until(lambda: running.complains_of(STOPPED), "it stops")


async def test_what_waits_for_a_gap_and_nobody_can_open_any_more_stops_no_reading(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), uuid4(), uuid4()
    async with intel.opened(Room("intel", {"records": Witness().hear})):
        await intel.tell(created(record), amended(record, 3))
        await has_read(intel, 2)
        await intel.owner.execute("update held set original = 'spoilt'")
        await intel.tell(amended(record, 2), created(other))
        await has_read(intel, 4)

    assert (await intel.versions(record), await intel.versions(other)) == ([1, 2], [1])
    assert await held_versions(intel) == [(3, "gap")]
