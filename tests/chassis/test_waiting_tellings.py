"""What must wait waits, alone or for a gap, and nothing else waits with it."""

from uuid import UUID, uuid4

import pytest

from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from landfall.positions import move
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import Witness
from tests.chassis.ordering import BY, WHY, has_read, operator
from tests.chassis.tellings import amended, created
from tests.waiting import until


async def test_a_telling_that_cannot_be_borne_is_held_alone_and_others_flow(house: FreshHouse) -> None:
    intel = await house("intel")
    poison, others = uuid4(), [uuid4() for _ in range(5)]
    witness = Witness(poison={str(poison)})
    await intel.tell(*[created(each) for each in (*others[:3], poison, *others[3:])])

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await has_read(intel, 6)
        await intel.tell(amended(poison, 2), amended(poison, 3), *[amended(each, 2) for each in others])
        await has_read(intel, 13)

    assert [await intel.versions(each) for each in others] == [[1, 2]] * 5
    assert await intel.versions(poison) == []
    assert sorted((each["version"], each["reason"], each["subject"]) for each in (await intel.held()).values()) == [
        (1, "poison", str(poison)), (2, "after-poison", str(poison)), (3, "after-poison", str(poison)),
    ]  # fmt: skip


class NobodyKnowsError(Exception):
    """In no table of classes."""


async def _fail_in_the_service() -> None:
    raise NobodyKnowsError


UNKNOWN = "do $$ begin raise exception 'nobody knows this' using errcode = 'ZZ001'; end $$"


@pytest.mark.parametrize("in_the_database", [False, True], ids=["of Python's", "of PostgreSQL's"])
async def test_a_telling_that_fails_with_an_error_of_no_known_class_is_held_alone_and_others_flow(
    house: FreshHouse,
    in_the_database: bool,  # noqa: FBT001 - a parameter
) -> None:
    intel, poison, others = await house("intel"), uuid4(), [uuid4() for _ in range(4)]

    async def fail(batch: Batch, tx: Transaction) -> None:
        if any(each.envelope.subject == str(poison) for each in batch):
            await (tx.execute(UNKNOWN) if in_the_database else _fail_in_the_service())

    await intel.tell(*[created(each) for each in (*others[:2], poison, *others[2:])])
    async with intel.opened(Room("intel", {"records": Witness(and_then=fail).hear})) as running:
        await has_read(intel, 5)
        await until(running.ready, "it complains of nothing")

    assert [await intel.versions(each) for each in (poison, *others)] == [[], *[[1]] * 4]
    assert [(each["reason"], each["subject"]) for each in (await intel.held()).values()] == [("poison", str(poison))]


async def test_a_telling_that_fails_leaves_nothing_of_its_effects(house: FreshHouse) -> None:
    intel, record, other = await house("intel"), uuid4(), uuid4()

    async def fail_late(batch: object, _tx: object) -> None:
        assert isinstance(batch, list)
        if any(received.envelope.subject == str(record) for received in batch):
            raise KeyError

    await intel.tell(created(record), created(other))

    async with intel.opened(Room("intel", {"records": Witness(and_then=fail_late).hear})):
        await has_read(intel, 2)

    assert (await intel.versions(record), await intel.versions(other)) == ([], [1])


async def test_a_gap_waits_until_what_was_missing_is_told(house: FreshHouse) -> None:
    intel, witness, record = await house("intel"), Witness(), uuid4()
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(created(record), amended(record, 4), amended(record, 3), amended(record, 4))
        await has_read(intel, 4)
        waiting = sorted((each["version"], each["reason"]) for each in (await intel.held()).values())
        before = await intel.versions(record)

        await intel.tell(amended(record, 2))
        await has_read(intel, 5)

    assert (before, waiting) == ([1], [(3, "gap"), (4, "gap")])
    assert await intel.versions(record) == [1, 2, 3, 4]
    assert await intel.held() == {}


async def test_what_waited_for_a_gap_and_then_cannot_be_borne_is_held_as_such(house: FreshHouse) -> None:
    intel, record = await house("intel"), uuid4()

    async def refuse_the_third(batch: object, _tx: object) -> None:
        assert isinstance(batch, list)
        if any(received.envelope.version == 3 for received in batch):
            raise KeyError

    async with intel.opened(Room("intel", {"records": Witness(and_then=refuse_the_third).hear})):
        await intel.tell(created(record), amended(record, 3), amended(record, 4))
        await has_read(intel, 3)
        await intel.tell(amended(record, 2))
        await has_read(intel, 4)

    assert await intel.versions(record) == [1, 2]
    assert sorted((each["version"], each["reason"]) for each in (await intel.held()).values()) == [(3, "poison"), (4, "after-poison")]


async def test_a_telling_told_twice_is_handled_once(house: FreshHouse) -> None:
    intel, witness, record = await house("intel"), Witness(), uuid4()
    first, second = created(record), amended(record, 2)
    async with intel.opened(Room("intel", {"records": witness.hear})):
        await intel.tell(first, first, second)
        await has_read(intel, 3)
        await intel.tell(second, first)
        await has_read(intel, 5)

    assert await intel.effects() == [first.id, second.id]


async def test_what_is_read_again_from_an_earlier_place_is_held_once_and_counted_once(house: FreshHouse) -> None:
    intel, poison = await house("intel"), uuid4()
    async with intel.opened(Room("intel", {"records": Witness(poison={str(poison)}).hear}), stop_after=3) as running:
        await intel.tell(created(poison), amended(poison, 2))
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 3)
        before = await intel.held()
        await move(operator(intel), "records.v1", None, "start", by=BY, reason=WHY)
        await has_read(intel, 3)
        await until(running.ready, "it reads on, and nothing is stopped")

    assert await intel.held() == before
    assert sorted(each["reason"] for each in before.values()) == ["after-poison", "malformed", "poison"]


async def test_who_is_told_of_what_is_held_is_told_in_the_same_transaction(house: FreshHouse) -> None:
    intel, told = await house("intel"), list[UUID]()

    async def on_held(held: object, tx: object) -> None:
        assert isinstance(held, list)
        told.extend(each.reason for each in held)
        assert tx is not None

    await intel.tell_raw(b"no JSON")
    async with intel.opened(Room("intel", {"records": Witness().hear}, on_held=on_held)):
        await has_read(intel, 1)

    assert told == ["malformed"]
