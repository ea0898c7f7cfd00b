"""Too much of our own that cannot be applied stops the line, an outsider's garbage stops that outsider's topic alone (H12)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from chassis import stops
from chassis.database import Transaction
from chassis.occasion import Batch
from chassis.room import Room
from contracts.catalogue import FACTS
from contracts.handover_replies import ForceDeclined
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House, Running, Witness, asked
from tests.chassis.tellings import amended, created, declined
from tests.keys import VAULT
from tests.waiting import until

OURS, CLEVELAND, DURHAM = "records.v1", "handover-replies.cleveland.v1", "handover-replies.durham.v1"
LIMITS = {"stop_after": 3, "channel_stop_after": 3}


async def _stopped(house: House) -> dict[str, str]:
    return {row["topic"].removeprefix(house.prefix): row["why"] for row in await house.owner.fetch("select topic, why from stop")}


async def _is_stopped(running: Running, what: str) -> None:
    await running.says(f"reading {what} is stopped")


async def _garbage(house: House, number: int, topic: str) -> None:
    for _ in range(number):
        await house.tell_raw(b"no JSON", topic=topic)


async def _has_held(house: House, number: int) -> None:
    async def as_many() -> bool:
        return bool(await house.fetchval("select count(*) = $1 from held", number))

    await until(as_many, f"{number} are held")


async def _handover(house: FreshHouse) -> tuple[House, Room, list[str]]:
    """A service that hears us and outsiders, and whose answers it heard."""
    heard = list[str]()

    async def hear(batch: Batch, _tx: Transaction) -> None:
        heard.extend(each.envelope.subject for each in batch)

    return await house("handover"), Room("handover", {"records": hear, "handover-replies": hear}, vault=VAULT), heard


@pytest.mark.kafka
async def test_the_line_stops_when_enough_of_our_own_fails_and_goes_on_when_an_operator_says_so(house: FreshHouse) -> None:
    intel, flowing = await house("intel"), record_on(4)
    async with intel.opened(Room("intel", {"records": Witness().hear}), **LIMITS) as running:
        await intel.tell(created(flowing))
        await _garbage(intel, 2, OURS)
        await _has_held(intel, 2)
        assert await _stopped(intel) == {}
        await _garbage(intel, 1, OURS)
        await _is_stopped(running, "everything")
        await intel.tell(amended(flowing, 2))

    async with intel.opened(Room("intel", {"records": Witness().hear}), **LIMITS) as running:
        await _is_stopped(running, "everything")
        assert await intel.versions(flowing) == [1]
        assert await stops.clear(intel.owner, stops.ALL, "4711", "the release was withdrawn")
        await until(running.ready, "it reads again without a restart")
        await intel.tell(amended(flowing, 3))
        await until(lambda: _has_versions(intel, flowing, [1, 2, 3]), "what came meanwhile is heard")

        await _garbage(intel, 1, OURS)
        await _has_held(intel, 4)
        assert await _stopped(intel) == {}
    assert await intel.fetchval("select cleared_by || ': ' || cleared_reason from cleared_stop") == "4711: the release was withdrawn"


async def _has_versions(house: House, subject: object, versions: Sequence[int]) -> bool:
    rows = await house.owner.fetch("select version from effect where subject = $1 order by nr", str(subject))
    return [row["version"] for row in rows] == versions


@pytest.mark.kafka
async def test_the_garbage_of_one_outsider_stops_its_own_topic_and_no_other(house: FreshHouse) -> None:
    handover, room, heard = await _handover(house)
    async with handover.opened(room, **LIMITS) as running:
        await _garbage(handover, 4, CLEVELAND)
        await _is_stopped(running, handover.prefix + CLEVELAND)
        fine, unheard = ForceDeclined(handover_id=uuid4(), reason=declined(uuid4()).data.reason), declined(uuid4())
        record = uuid4()
        await handover.tell_raw(unheard.to_bytes(), topic=CLEVELAND)
        await handover.tell(created(record))
        durham = declined(fine.handover_id).model_copy(update={"source": "/forces/durham"})
        await handover.tell_raw(durham.to_bytes(), topic=DURHAM)
        await until(lambda: {str(record), str(fine.handover_id)} <= set(heard), "others are heard")

        assert await _stopped(handover) == {CLEVELAND: "what could not be applied came from one outside sender"}
        assert str(unheard.subject) not in heard
        await stops.clear(handover.owner, handover.prefix + CLEVELAND, "4711", "they have mended it")
        await until(lambda: str(unheard.subject) in heard, "what it sent meanwhile is heard")


async def test_types_of_a_release_that_is_on_its_way_do_not_stop_the_line_and_what_fails_beside_them_does(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    intel, poison = await house("intel"), [uuid4() for _ in range(2)]
    monkeypatch.delitem(FACTS, "record-amended.v1")
    async with intel.opened(Room("intel", {"records": Witness(poison=set(map(str, poison))).hear}), **LIMITS) as running:
        await intel.tell(*[amended(uuid4(), 1) for _ in range(4)])
        await _has_held(intel, 4)
        await intel.tell(*map(created, poison))
        await _has_held(intel, 6)
        await until(running.ready, "it reads on")
        assert await _stopped(intel) == {}

        await _garbage(intel, 1, OURS)
        await _is_stopped(running, "everything")

    assert await intel.fetchval("select held from stop") == 3
    assert sorted(await intel.reasons()) == ["malformed", "poison", "poison", *["unknown-type"] * 4]


@pytest.mark.kafka
async def test_types_that_only_an_outsider_knows_stop_its_own_topic(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    handover, room, _ = await _handover(house)
    monkeypatch.delitem(FACTS, ForceDeclined.TYPE)
    async with handover.opened(room, **LIMITS) as running:
        for _ in range(3):
            await handover.tell_raw(declined(uuid4()).to_bytes(), topic=CLEVELAND)
        await _is_stopped(running, handover.prefix + CLEVELAND)

    assert await _stopped(handover) == {CLEVELAND: "what could not be applied came from one outside sender"}
    assert await handover.reasons() == ["unknown-type"] * 3


async def _handover_that_fails_on_what_forces_answer(house: FreshHouse) -> tuple[House, Room]:
    handover, room, _ = await _handover(house)

    async def fail(_batch: Batch, _tx: Transaction) -> None:
        raise KeyError

    return handover, replace(room, families={**room.families, "handover-replies": fail})


async def _answer(handover: House, number: int, *forces: str) -> None:
    for _ in range(number):
        for force in forces:
            told = declined(uuid4()).model_copy(update={"source": f"/forces/{force}"})
            await handover.tell_raw(told.to_bytes(), topic=f"handover-replies.{force}.v1")


@pytest.mark.kafka
async def test_a_handler_of_ours_that_fails_on_what_one_outsider_sends_stops_that_topic_alone(house: FreshHouse) -> None:
    handover, room = await _handover_that_fails_on_what_forces_answer(house)
    record = uuid4()
    async with handover.opened(room, stop_after=3) as running:
        await _answer(handover, 2, "cleveland")
        await _has_held(handover, 2)
        assert await _stopped(handover) == {}
        await _answer(handover, 4, "cleveland")
        await _is_stopped(running, handover.prefix + CLEVELAND)
        await handover.tell(created(record))
        await until(lambda: _has_place(handover, OURS), "others are heard")

    assert await _stopped(handover) == {CLEVELAND: "our handler failed on what one outside sender sent"}


async def _has_place(house: House, topic: str) -> bool:
    return bool(await house.fetchval("select sum(next) > 0 from positions where topic = $1", house.prefix + topic))


@pytest.mark.kafka
async def test_a_handler_of_ours_that_fails_on_what_several_outsiders_send_stops_the_line(house: FreshHouse) -> None:
    handover, room = await _handover_that_fails_on_what_forces_answer(house)
    async with handover.opened(room, stop_after=4) as running:
        await _answer(handover, 2, "cleveland", "durham")
        await _has_held(handover, 4)
        assert await _stopped(handover) == {}
        await _answer(handover, 2, "kent")
        await _is_stopped(running, "everything")

    assert await _stopped(handover) == {"*": "what could not be applied is the doing of this line itself"}


@pytest.mark.kafka
async def test_what_was_looked_at_with_one_outsiders_stop_counts_no_longer_towards_the_line(house: FreshHouse) -> None:
    handover, room = await _handover_that_fails_on_what_forces_answer(house)
    async with handover.opened(room, stop_after=3) as running:
        await _answer(handover, 3, "cleveland")
        await _is_stopped(running, handover.prefix + CLEVELAND)
        await stops.clear(handover.owner, handover.prefix + CLEVELAND, "4711", "the handler is mended")
        await _answer(handover, 3, "durham")
        await _is_stopped(running, handover.prefix + DURHAM)

    assert await _stopped(handover) == {DURHAM: "our handler failed on what one outside sender sent"}


async def test_what_waits_behind_something_else_stops_nothing(house: FreshHouse) -> None:
    intel, poison = await house("intel"), uuid4()
    await intel.tell(created(poison), *[amended(poison, version) for version in range(2, 9)])

    async with intel.opened(Room("intel", {"records": Witness(poison={str(poison)}).hear}), **LIMITS) as running:
        await _has_held(intel, 8)
        await until(running.ready, "it reads on")

    assert await _stopped(intel) == {}


async def test_how_much_is_held_and_why_can_be_watched(house: FreshHouse) -> None:
    intel, poison = await house("intel"), uuid4()
    await intel.tell(created(poison), amended(poison, 2), amended(poison, 3))
    wanted = [f'landfall_held{{family="records",reason="{reason}"}} {number}.0' for reason, number in (("poison", 1), ("after-poison", 2))]

    async with intel.opened(Room("intel", {"records": Witness(poison={str(poison)}).hear})) as running:

        async def says_so() -> bool:
            metrics = (await asked(running, "GET", "/metrics")).text
            return all(each in metrics for each in wanted)

        await _has_held(intel, 3)
        await until(says_so, "the metrics say what is held")


async def test_what_failed_long_ago_stops_nothing(house: FreshHouse) -> None:
    intel = await house("intel")
    async with intel.opened(Room("intel", {"records": Witness().hear}), **LIMITS) as running:
        await _garbage(intel, 2, OURS)
        await _has_held(intel, 2)
        await intel.owner.execute("update held set kept_at = kept_at - interval '1 day'")
        await _garbage(intel, 2, OURS)
        await _has_held(intel, 4)
        await until(running.ready, "it reads on")

    assert await _stopped(intel) == {}


async def test_what_an_outsider_sent_before_the_set_time_does_not_count_towards_its_stop(house: FreshHouse) -> None:
    handover, room, _ = await _handover(house)
    async with handover.opened(room, **LIMITS, channel_stop_within_seconds=600) as running:
        await _garbage(handover, 2, CLEVELAND)
        await _has_held(handover, 2)
        await handover.owner.execute("update held set kept_at = kept_at - interval '11 minutes'")
        await _garbage(handover, 2, CLEVELAND)
        await _has_held(handover, 4)
        await until(running.ready, "it reads on")
        assert await _stopped(handover) == {}

        await handover.owner.execute("update held set kept_at = kept_at + interval '2 minutes'")
        await _garbage(handover, 1, CLEVELAND)
        await _is_stopped(running, handover.prefix + CLEVELAND)


@pytest.mark.kafka
async def test_a_halt_that_an_operator_clears_ends_without_a_restart(house: FreshHouse) -> None:
    intel, record = await house("intel"), record_on(3)
    async with intel.opened(Room("intel", {"records": Witness().hear})) as running:
        await intel.tell(created(record))
        await until(lambda: _has_versions(intel, record, [1]), "it reads")
        await intel.owner.execute("update positions set halted = 'an operator looks' where partition = 3")
        await intel.tell(amended(record, 2))
        await until(lambda: running.complains_of(f"{intel.prefix}{OURS}/3 is halted"), "it is halted")

        await intel.owner.execute("update positions set halted = null")
        await until(lambda: _has_versions(intel, record, [1, 2]), "it reads on")
        await until(running.ready, "it complains of nothing")
