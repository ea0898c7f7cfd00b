"""What is held is taken up again only when somebody orders it, in order; nothing that comes meanwhile overtakes it or is left behind."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis import answering, discarding, orders
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.ordering import Wish, order
from chassis.room import Room
from contracts.codes import FamilyName, HoldReason
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Running, Witness
from tests.chassis.ordering import BY, WHY, answers, carried_out, has_read, held_versions, nothing_is_held, older_release, ordered
from tests.chassis.severing import on_a_way_of_its_own
from tests.chassis.tellings import amended, created
from tests.chassis.trouble import end_its_session, need_what_is_not_there, over
from tests.waiting import until


@pytest_asyncio.fixture
async def witness(record: UUID) -> Witness:
    """A handler that cannot bear anything about the record."""
    return Witness(poison={str(record)})


@pytest_asyncio.fixture
async def running(intel: House, record: UUID, witness: Witness) -> AsyncIterator[Running]:
    """The service, with the record's first telling held as poison and two more behind it."""
    async with intel.opened(Room("intel", {"records": witness.hear})) as service:
        await intel.tell(created(record))
        await has_read(intel, 1)
        await intel.tell(amended(record, 2), amended(record, 3))
        await has_read(intel, 3)
        yield service


async def test_what_is_redriven_is_handled_with_all_that_stood_behind_it_in_order(
    intel: House, record: UUID, witness: Witness, running: Running
) -> None:
    witness.poison.clear()

    await ordered(intel, Wish.REDRIVE, reason="poison")
    (answer,) = await answers(intel, 1)

    assert await intel.versions(record) == [1, 2, 3]
    assert await intel.held() == {}
    assert [answer[each] for each in ("ordered", "ordered_by", "order_reason", "complaint")] == [Wish.REDRIVE, BY, WHY, None]
    await intel.tell(amended(record, 4))
    await has_read(intel, 4)
    assert await intel.versions(record) == [1, 2, 3, 4]
    assert await running.ready()


@pytest.mark.usefixtures("running")
async def test_what_fails_again_is_put_back_with_its_new_complaint_and_without_the_order(intel: House, witness: Witness) -> None:
    async def fail_otherwise(_batch: Batch, _tx: Transaction) -> None:
        raise KeyError

    witness.poison.clear()
    witness.and_then = fail_otherwise

    assert await carried_out(intel, Wish.REDRIVE, reason="poison") == "KeyError while it was handled"
    row = await intel.owner.fetchrow("select complaint, ordered, ordered_by, order_tries from held where reason = 'poison'")
    assert row is not None
    assert tuple(row) == ("KeyError while it was handled", None, None, 0)
    assert await held_versions(intel) == [(1, "poison"), (2, "after-poison"), (3, "after-poison")]


@pytest.mark.usefixtures("running")
async def test_a_follower_that_fails_is_the_first_from_then_on(intel: House, record: UUID, witness: Witness) -> None:
    async def refuse_the_second(batch: Batch, _tx: Transaction) -> None:
        if any(each.envelope.version == 2 for each in batch):
            raise KeyError

    witness.poison.clear()
    witness.and_then = refuse_the_second

    assert await carried_out(intel, Wish.REDRIVE, reason="poison") is None
    assert await intel.versions(record) == [1]
    assert await held_versions(intel) == [(2, "poison"), (3, "after-poison")]


@pytest.mark.usefixtures("running")
async def test_what_stands_behind_something_held_does_not_go_before_it(intel: House, record: UUID, witness: Witness) -> None:
    witness.poison.clear()

    for wish in Wish:
        assert await carried_out(intel, wish, version=2) is not None
    assert await intel.versions(record) == []
    assert await held_versions(intel) == [(1, "poison"), (2, "after-poison"), (3, "after-poison")]


@pytest.mark.usefixtures("running")
async def test_what_is_discarded_counts_as_heard_and_is_said_to_be_discarded(intel: House, record: UUID, witness: Witness) -> None:
    witness.poison.clear()

    assert await carried_out(intel, Wish.DISCARD, reason="poison") is None

    assert await intel.versions(record) == [2, 3]
    assert await intel.held() == {}
    await intel.tell(amended(record, 4))
    await has_read(intel, 4)
    assert await intel.versions(record) == [2, 3, 4]
    said = [each.data for each in await intel.on_topic("discards.intel.v1")]
    assert [(each.who, each.family, each.reason, each.told_about, each.version) for each in said] == [
        ("intel", FamilyName.RECORDS, HoldReason.POISON, record, 1)
    ]


@pytest.mark.usefixtures("running")
async def test_what_nobody_can_open_any_more_can_still_be_discarded(intel: House, record: UUID, witness: Witness) -> None:
    witness.poison.clear()
    await intel.owner.execute("update held set original = 'spoilt' where version = 1")

    assert await carried_out(intel, Wish.REDRIVE, version=1) == "JSONDecodeError while the order was carried out"
    assert await carried_out(intel, Wish.DISCARD, version=1) is None

    assert await intel.versions(record) == [2, 3]


@pytest.mark.usefixtures("running")
async def test_a_follower_that_nobody_can_open_stops_no_reading(
    intel: House, record: UUID, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "SWEEP_SECONDS", 0)
    witness.poison.clear()
    other = uuid4()
    await intel.owner.execute("update held set original = 'spoilt' where version = 2")

    assert await carried_out(intel, Wish.REDRIVE, version=1) is None
    by_itself = (await answers(intel, 2))[-1]
    assert (by_itself["ordered_by"], by_itself["complaint"]) == ("this service", "JSONDecodeError while the order was carried out")
    assert await held_versions(intel) == [(2, "poison"), (3, "after-poison")]
    await intel.tell(created(other))
    await has_read(intel, 4)

    assert (await intel.versions(record), await intel.versions(other)) == ([1], [1])
    assert await carried_out(intel, Wish.DISCARD, version=2) is None
    assert await intel.versions(record) == [1, 3]


@pytest.mark.usefixtures("running")
async def test_what_stood_behind_what_is_gone_goes_on_by_itself(intel: House, record: UUID, witness: Witness) -> None:
    witness.poison.clear()
    await intel.owner.execute("delete from held where version = 1")
    await intel.owner.execute("insert into seen values ('records.v1', $1, 1, '\\x0000000000000001')", str(record))

    await nothing_is_held(intel)

    assert await intel.versions(record) == [2, 3]
    assert [(each["ordered_by"], each["complaint"]) for each in await answers(intel, 1)] == [("this service", None)]


async def test_what_was_tried_before_is_taken_up_alone_and_what_waited_for_it_follows_by_itself(
    intel: House, record: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the process is found only where nothing else is tried with it."""
    room = Room("intel", {"records": Witness().hear})
    with older_release(monkeypatch, "record-created.v1"):
        async with intel.opened(room):
            await intel.tell(created(record), amended(record, 2), amended(record, 3))
            await has_read(intel, 3)
    await ordered(intel, Wish.REDRIVE, reason="unknown-type")
    await intel.owner.execute("update held set order_tries = 1 where ordered is not null")

    async with intel.opened(room):
        await nothing_is_held(intel)

    assert await intel.versions(record) == [1, 2, 3]
    assert [each["ordered_by"] for each in await answers(intel, 2)] == [BY, "this service"]


@pytest.mark.usefixtures("running")
async def test_an_order_over_which_its_session_ends_each_time_is_given_back(intel: House, record: UUID, witness: Witness) -> None:
    witness.poison.clear()
    witness.and_then = over(record, end_its_session)

    assert await carried_out(intel, Wish.REDRIVE, version=1) == answering.ENDED

    assert await held_versions(intel) == [(1, "poison"), (2, "after-poison"), (3, "after-poison")]


async def test_an_order_that_takes_the_database_down_with_it_each_time_is_given_back(house: FreshHouse, record: UUID) -> None:
    async with on_a_way_of_its_own(await house("intel")) as (intel, way):
        witness = Witness(poison={str(record)})
        async with intel.opened(Room("intel", {"records": witness.hear})) as running:
            await intel.tell(created(record))
            await has_read(intel, 1)
            witness.poison.clear()
            witness.and_then = over(record, way.go_down)
            await ordered(intel, Wish.REDRIVE, version=1)

            async def is_given_back() -> bool:
                way.cut = False
                return bool(await intel.fetchval("select exists (select from answered_order)"))

            await until(is_given_back, "the order is given back")
            await until(running.ready, "it is ready")

    assert [each["complaint"] for each in await answers(intel, 1)] == [answering.ENDED]


@pytest.mark.parametrize("most_seconds", [orders.MOST_SECONDS, 0.001])
@pytest.mark.usefixtures("running")
async def test_while_an_order_cannot_be_carried_out_those_about_its_subject_wait_with_it_and_all_others_are(
    intel: House, record: UUID, witness: Witness, monkeypatch: pytest.MonkeyPatch, most_seconds: float
) -> None:
    monkeypatch.setattr(orders, "MOST_SECONDS", most_seconds)
    other = uuid4()
    witness.poison.add(str(other))
    await intel.tell(created(other))
    await has_read(intel, 4)
    witness.poison.clear()
    witness.and_then = over(record, need_what_is_not_there)

    for subject, version in ((record, 1), (record, 2), (other, 1)):
        held_id = await intel.fetchval("select held_id from held where subject = $1 and version = $2", str(subject), version)
        await order(intel.owner, [held_id], Wish.REDRIVE, BY, WHY)
    (answer,) = await answers(intel, 1)
    effects = await intel.versions(other), await intel.versions(record)
    witness.and_then = over(other, need_what_is_not_there)
    _, late, last = await answers(intel, 3)

    assert (answer["complaint"], effects) == (None, ([1], []))
    assert (late["offset"], late["complaint"], last["complaint"]) == (await _offset_of_the_first(intel), None, None)
    assert await intel.versions(record) == [1, 2, 3]


async def _offset_of_the_first(intel: House) -> int:
    first, *_ = await intel.records_on("records.v1")
    return int(first.offset)


@pytest.mark.usefixtures("running")
async def test_an_order_on_what_a_newer_release_held_is_given_back(intel: House, witness: Witness) -> None:
    witness.poison.clear()
    await intel.owner.execute("update held set topic = 'arrivals.v1' where version = 1")

    assert await carried_out(intel, Wish.REDRIVE, version=1) == answering.OF_ANOTHER_RELEASE
    assert await carried_out(intel, Wish.DISCARD, version=1) == answering.OF_ANOTHER_RELEASE


async def test_versions_that_never_come_are_given_up_and_what_waited_for_them_goes_on(intel: House, record: UUID) -> None:
    async with intel.opened(Room("intel", {"records": Witness().hear})):
        await intel.tell(created(record), amended(record, 4), amended(record, 5), amended(record, 7))
        await has_read(intel, 4)

        assert await carried_out(intel, Wish.DISCARD, version=4) == discarding.TOO_EARLY
        assert await carried_out(intel, Wish.REDRIVE, version=4) is not None
        assert await carried_out(intel, Wish.RELEASE, version=7) is None

        assert await intel.versions(record) == [1, 4, 5]
        assert await held_versions(intel) == [(7, "gap")]
        await intel.tell(amended(record, 6))
        await has_read(intel, 5)

    assert await intel.versions(record) == [1, 4, 5, 6, 7]
    said = [each.data for each in await intel.on_topic("discards.intel.v1")]
    assert [(each.reason, each.told_about, each.version) for each in said] == [("gap", record, 2), ("gap", record, 3)]


async def test_a_version_that_comes_after_it_was_given_up_is_held_and_nothing_waits_for_it(intel: House, record: UUID) -> None:
    async with intel.opened(Room("intel", {"records": Witness().hear})):
        await intel.tell(created(record), amended(record, 3))
        await has_read(intel, 2)
        await carried_out(intel, Wish.RELEASE, version=3)

        await intel.tell(amended(record, 2), amended(record, 4))
        await has_read(intel, 4)
        late = await intel.fetchval("select complaint from held")
        assert await carried_out(intel, Wish.REDRIVE, version=2) == late
        assert await carried_out(intel, Wish.DISCARD, version=2) is None

    assert late == "its version was given up before it came"
    assert await intel.versions(record) == [1, 3, 4]
    assert await intel.held() == {}
