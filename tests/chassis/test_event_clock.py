"""Under the event clock time is what was told, days end when they are said to, and whoever is asked says when it is at rest."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter

from chassis.clock import EventClock, LiveClock, clock_of
from chassis.database import Transaction, open_pool
from chassis.http import Deciding
from chassis.occasion import Occasion
from chassis.ordering import Wish, order
from chassis.room import Room
from chassis.settings import ClockKind
from contracts.clock import DayBegan, DayEnded, Quiet, RestAsked
from tests.chassis.house import House, Running, Witness, asked
from tests.chassis.ordering import BY, WHY, answers, carried_out, has_read, held_versions
from tests.chassis.relaying import open_checks
from tests.chassis.tellings import TOLD_AT, amended, created, envelope
from tests.waiting import until


def _with_what_time_it_is() -> APIRouter:
    router = APIRouter()

    @router.put("/time")
    async def time(deciding: Deciding) -> str:
        async with deciding() as (_tx, occasion):
            return occasion.at.isoformat()

    return router


async def _answers(house: House) -> list[Quiet]:
    """What the service has said about its rest."""
    return [each.data for each in await house.on_topic(f"quiet.{house.name}.v1")]


async def _ask(house: House, number: int) -> None:
    await house.tell(envelope(RestAsked(round=number), None))


async def _answered(house: House, number: int) -> Quiet:
    async def it_has() -> bool:
        return any(each.round == number for each in await _answers(house))

    await until(it_has, f"round {number} is answered")
    return next(each for each in await _answers(house) if each.round == number)


async def _time(running: Running) -> datetime:
    return datetime.fromisoformat((await asked(running, "PUT", "/time")).json())


async def test_it_is_as_late_as_the_latest_that_was_told_and_a_restart_does_not_turn_it_back(intel: House) -> None:
    room = Room("intel", {"records": Witness().hear}, api=_with_what_time_it_is())
    later = datetime(2021, 9, 1, 8, tzinfo=UTC)
    async with intel.opened(room, clock=ClockKind.EVENT) as running:
        await intel.tell(created(uuid4(), told_at=later))
        await has_read(intel, 1)
        await intel.tell(created(uuid4(), told_at=TOLD_AT))
        await has_read(intel, 2)
        before = await _time(running)

    async with intel.opened(room, clock=ClockKind.EVENT) as running:
        await until(running.ready, "it is ready again")
        after = await _time(running)

    assert (before, after) == (later, later)


async def test_a_clock_whose_batch_was_undone_is_kept_with_the_next(intel: House) -> None:
    clock = EventClock()
    async with open_pool(intel.settings(), "test") as pool, pool.acquire() as tx:
        clock.hear(TOLD_AT)
        undone = tx.transaction()
        await undone.start()
        await clock.keep(tx)
        await undone.rollback()
        await clock.keep(tx)

        again = EventClock()
        await again.load(pool)

    assert again.now() == TOLD_AT


def test_the_wall_clock_is_moved_by_nothing_that_is_told() -> None:
    clock = clock_of(ClockKind.LIVE)

    clock.hear(datetime(2199, 1, 1, tzinfo=UTC))

    assert isinstance(clock, LiveClock)
    assert clock.now() < datetime(2199, 1, 1, tzinfo=UTC)


async def test_what_falls_due_is_fired_when_its_day_ends_and_not_before(intel: House) -> None:
    fired = list[date]()

    async def on_due(_occasion: Occasion, ended: date, _tx: Transaction) -> Collection[str]:
        fired.append(ended)
        return ()

    first, second = date(2021, 7, 14), date(2021, 7, 15)
    noon = datetime(2021, 7, 14, 12, tzinfo=UTC)
    told = [
        envelope(DayBegan(day=first), None, told_at=noon, source="/scenario"),
        envelope(DayEnded(day=first), None, told_at=datetime(2021, 7, 14, 22, 59, tzinfo=UTC), source="/scenario"),
        envelope(DayBegan(day=second), None, told_at=datetime(2021, 7, 15, 12, tzinfo=UTC), source="/scenario"),
    ]
    async with intel.opened(Room("intel", {"records": Witness().hear}, on_due=on_due), clock=ClockKind.EVENT):
        await intel.tell(*told)
        await has_read(intel, 3)

    assert fired == [first]


async def test_who_is_asked_answers_with_what_it_heard_and_said_each_counted_once(intel: House) -> None:
    records: list[UUID] = [uuid4() for _ in range(3)]
    poison, gap = uuid4(), uuid4()
    witness = Witness(poison={str(poison)}, and_then=open_checks)
    twice = created(records[0])
    async with intel.opened(Room("intel", {"records": witness.hear}), clock=ClockKind.EVENT):
        await intel.tell(twice, *map(created, records[1:]), amended(gap, 2), amended(gap, 2))
        await intel.tell_raw(b"no JSON")
        await has_read(intel, 6)
        bad = created(poison)
        await intel.tell(twice, bad)
        await has_read(intel, 8)
        await intel.tell(bad)
        await has_read(intel, 9)
        await _ask(intel, 7)
        answer = await _answered(intel, 7)

    assert answer.who == "intel"
    assert answer.heard == {"records.v1": 5}  # three handled, one that waits for a gap, one that could not be borne
    assert answer.said == {"checks.v1": 3}


async def test_a_version_that_was_given_up_and_comes_all_the_same_is_counted_once(intel: House) -> None:
    record = uuid4()
    async with intel.opened(Room("intel", {"records": Witness().hear}), clock=ClockKind.EVENT):
        await intel.tell(amended(record, 2))
        await has_read(intel, 1)
        assert await carried_out(intel, Wish.RELEASE, version=2) is None
        await intel.tell(created(record))
        await has_read(intel, 2)
        assert await held_versions(intel) == [(1, "gap")]
        await _ask(intel, 7)
        answer = await _answered(intel, 7)

    assert answer.heard == {"records.v1": 2}


async def test_what_its_owner_told_and_nobody_here_can_read_is_counted_once_and_what_a_stranger_wrote_is_not(intel: House) -> None:
    unknown, malformed, forged = (created(uuid4()).to_bytes() for _ in range(3))
    gone_on = uuid4()
    async with intel.opened(Room("intel", {"records": Witness().hear}), clock=ClockKind.EVENT):
        for value in (
            *[unknown.replace(b"record-created.v1", b"record-merged.v1")] * 2,
            malformed.replace(b"ukso", b"nobody"),
            created(gone_on).to_bytes().replace(b"record-created.v1", b"record-merged.v1"),
            forged.replace(b'"/records"', b'"/intruder"'),
            b"no JSON",
        ):
            await intel.tell_raw(value)
        await intel.tell(amended(gone_on, 2))
        await has_read(intel, 7)
        unknown_yet = await intel.fetchval("select held_id from held where subject = $1 and version = 1", str(gone_on))
        await order(intel.owner, [unknown_yet], Wish.DISCARD, BY, WHY)
        (discarded,) = await answers(intel, 1)
        assert discarded["complaint"] is None
        await _ask(intel, 7)
        answer = await _answered(intel, 7)

    assert await intel.fetchval("select count(*) from held") == 5
    assert answer.heard == {"records.v1": 4}  # of an unknown type, not the fact, discarded, and what waited for that


async def test_who_still_has_something_to_send_is_not_at_rest(intel: House) -> None:
    async with open_pool(intel.settings(), "test") as pool, pool.acquire() as elsewhere:
        await elsewhere.execute("select pg_advisory_lock($1)", 0x72656C6179)  # the relay leads elsewhere, and hangs there
        async with intel.opened(Room("intel", {"records": Witness(and_then=open_checks).hear}), clock=ClockKind.EVENT):
            await intel.tell(created(uuid4()))
            await _ask(intel, 7)
            await has_read(intel, 2)
            await intel.tell(created(uuid4()))
            await has_read(intel, 3)
            early = await _answers(intel)
            await elsewhere.execute("select pg_advisory_unlock_all()")
            answer = await _answered(intel, 7)

    assert early == []
    assert answer.said == {"checks.v1": 2}


async def test_under_the_wall_clock_what_is_due_is_looked_for_without_being_told(intel: House) -> None:
    fired = list[Occasion]()

    async def on_due(occasion: Occasion, ended: date, _tx: Transaction) -> Collection[str]:
        assert ended == occasion.day - timedelta(days=1)
        fired.append(occasion)
        return ()

    async with intel.opened(Room("intel", {"records": Witness().hear}, on_due=on_due), clock=ClockKind.LIVE):
        await until(lambda: len(fired) > 1, "it has fired twice")


async def test_what_stays_due_when_a_day_ends_is_complained_of_and_no_longer_once_it_is_done(intel: House) -> None:
    failing = {"ValueError"}

    async def on_due(_occasion: Occasion, _ended: date, _tx: Transaction) -> Collection[str]:
        return set(failing)

    first, second = (envelope(DayEnded(day=date(2021, 7, day)), None, source="/scenario") for day in (14, 15))
    async with intel.opened(Room("intel", {"records": Witness().hear}, on_due=on_due), clock=ClockKind.EVENT) as running:
        await intel.tell(first)
        await running.says("the timers failed with ValueError")
        failing.clear()
        await intel.tell(second)
        await until(running.ready, "it complains of nothing")
