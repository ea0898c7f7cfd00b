"""Under the wall's clock a handover takes effect when its day is over: until then a delay reaches the force."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from chassis import database
from chassis.clock import LiveClock
from chassis.pulse import Pulse
from chassis.timers import Timers
from contracts.handover_packs import HandoverNotice
from contracts.handover_replies import ForceAccepted
from contracts.handovers import HandoverEffective
from services.handover import worker
from tests.furniture import Desk, received
from tests.handover.told import CLEVELAND, LANDING, RECORD, RECORDS, TODAY, offered, state, strays, travel

MIDNIGHT, LAST_MINUTE, OVER = (datetime.fromisoformat(f"2021-06-{each}Z") for each in ("09T23:00", "10T22:59", "10T23:00"))
"""Of the landing day, the tenth, in the United Kingdom."""

DELAYED = travel().model_copy(update={"landing_day": date(2021, 6, 12)})


@dataclass
class Wall(LiveClock):
    """The wall's clock, at a time of the test's own."""

    at: datetime = MIDNIGHT

    def now(self) -> datetime:
        return self.at


async def _nothing_to_wake() -> None:
    """No relay runs here."""


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def timers(handover: Desk, wall: Wall) -> Timers:
    return Timers(handover.room, handover.pool, wall, _nothing_to_wake, Pulse())


async def test_an_accepted_handover_takes_effect_when_the_landing_day_is_over(handover: Desk, wall: Wall, timers: Timers) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))

    states = list[str]()
    for at in (MIDNIGHT, LAST_MINUTE, OVER):
        wall.at = at
        await timers.fire()
        states.append(await state(handover, offer))

    assert states == ["accepted", "accepted", "effective"]
    assert [fact.effective_day for fact in await handover.told() if isinstance(fact, HandoverEffective)] == [LANDING]


async def test_one_that_is_accepted_after_the_landing_takes_effect_when_the_day_of_acceptance_is_over(
    handover: Desk, wall: Wall, timers: Timers
) -> None:
    (offer,) = await offered(handover, RECORD)
    late = date(2021, 6, 11)
    await handover.hear(received(ForceAccepted(handover_id=offer), late, CLEVELAND))

    states = list[str]()
    for at in (OVER, datetime(2021, 6, 11, 23, tzinfo=UTC)):
        wall.at = at
        await timers.fire()
        states.append(await state(handover, offer))

    assert states == ["accepted", "effective"]
    assert [fact.effective_day for fact in await handover.told() if isinstance(fact, HandoverEffective)] == [late]


async def test_a_delay_told_on_the_landing_day_is_told_to_the_force_and_puts_the_transfer_off(
    handover: Desk, wall: Wall, timers: Timers
) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))

    await timers.fire()
    await handover.hear(received(DELAYED, LANDING))
    wall.at = OVER
    await timers.fire()

    notices = [fact.landing_day for fact in await handover.told() if isinstance(fact, HandoverNotice)]
    assert (notices, await state(handover, offer)) == ([LANDING, DELAYED.landing_day], "accepted")


async def test_a_delay_told_after_the_transfer_is_shown_to_a_person(handover: Desk, wall: Wall, timers: Timers) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    wall.at = OVER
    await timers.fire()

    await handover.hear(received(DELAYED, date(2021, 6, 11)))

    assert await strays(handover) == [(CLEVELAND, "already-transferred")]
    assert await state(handover, offer) == "effective"


async def test_a_further_delay_after_the_transfer_is_shown_as_of_the_day_on_which_it_came(
    handover: Desk, wall: Wall, timers: Timers
) -> None:
    (offer,) = await offered(handover, RECORD)
    await handover.hear(received(ForceAccepted(handover_id=offer), TODAY, CLEVELAND))
    wall.at = OVER
    await timers.fire()

    later, latest = date(2021, 6, 11), date(2021, 6, 12)
    further = DELAYED.model_copy(update={"landing_day": date(2021, 6, 20)})
    await handover.hear(received(DELAYED, later))
    await handover.hear(received(DELAYED, later), received(further, latest))

    (stray,) = (await handover.http.get("/strays")).json()
    assert (stray["reason"], stray["day"]) == ("already-transferred", latest.isoformat())


GIVES_UP = {"LOCK_TIMEOUT_MS": asyncpg.LockNotAvailableError, "STATEMENT_TIMEOUT_MS": asyncpg.QueryCanceledError}


@pytest.fixture(params=GIVES_UP)
def impatient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Exception]:
    """Whoever waits for somebody's row gives up soon: over which error."""
    monkeypatch.setattr(database, request.param, 300)
    return GIVES_UP[request.param]


async def _all_accepted(handover: Desk) -> list[UUID]:
    """Cleveland takes on all those records; the handovers."""
    offers = await offered(handover, *RECORDS)
    await handover.hear(*(received(ForceAccepted(handover_id=each), TODAY, CLEVELAND) for each in offers))
    return offers


LOCK = "select from handover where handover_id = any($1::uuid[]) for update"


async def test_one_whose_row_somebody_keeps_keeps_no_other_from_taking_effect(
    impatient: type[Exception], handover: Desk, wall: Wall, timers: Timers
) -> None:
    offers = await _all_accepted(handover)
    wall.at = OVER

    async with handover.pool.acquire() as somebody, somebody.transaction():
        await somebody.fetch(LOCK, offers[:1])
        await timers.fire()
        complaints = timers.pulse.complaints
    states = [await state(handover, each) for each in offers]
    await timers.fire()

    assert states == ["accepted", *["effective"] * 4]
    assert f"the timers failed with {impatient.__name__}" in complaints
    assert await state(handover, offers[0]) == "effective"


async def test_what_two_of_them_meet_is_an_outage_and_nothing_of_it_is_done(
    impatient: type[Exception], handover: Desk, wall: Wall, timers: Timers
) -> None:
    offers = await _all_accepted(handover)
    wall.at = OVER

    async with handover.pool.acquire() as somebody, somebody.transaction():
        await somebody.fetch(LOCK, offers[1:3])
        with pytest.raises(impatient):
            await timers.fire()

    assert [await state(handover, each) for each in offers] == ["accepted"] * 5


async def test_one_that_cannot_take_effect_keeps_no_other_from_it_and_is_met_again(
    handover: Desk, wall: Wall, timers: Timers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ROUND", 2)
    offers = await _all_accepted(handover)
    await handover.pool.execute("update handover set force = 'nowhere' where handover_id = $1", offers[0])
    wall.at = OVER

    for _ in range(2):
        await timers.fire()
    complaints = timers.pulse.complaints
    told = [fact.record_id for fact in await handover.told() if isinstance(fact, HandoverEffective)]
    states = [await state(handover, each) for each in offers]
    await handover.pool.execute("update handover set force = $2 where handover_id = $1", offers[0], CLEVELAND)
    await timers.fire()

    assert (told, states) == (RECORDS[1:], ["accepted", *["effective"] * 4])
    assert "the timers failed with ValidationError" in complaints
    assert timers.pulse.timers_failure is None
    assert await state(handover, offers[0]) == "effective"
