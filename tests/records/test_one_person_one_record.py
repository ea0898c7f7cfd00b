"""Two notices about one person that reach two instances at the same time (hazards H2)."""

import asyncio

import asyncpg
import pytest

from chassis.database import Transaction
from contracts.codes import Channel
from contracts.decisions import NotificationAccepted, NotificationDuplicated
from contracts.records import RecordAmended, RecordCreated
from services.records import handlers, locks
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, numbers
from tests.furniture import Desk, received
from tests.keys import KEYS

ONE = received(a_notification(person=a_person(identifiers=numbers(passport="SYN0000001", ecris="FR-1"))), TOLD_ON, Channel.UK_CRIS)
OTHER = received(
    a_notification(
        "I-1", person=a_person(identifiers=numbers(passport="SYN0000001", interpol="SYN/1")), conviction=a_conviction(country="ES")
    ),
    TOLD_ON,
    Channel.INTERPOL,
)

BY_NAME = received(a_notification(person=a_person(identifiers=())), TOLD_ON, Channel.UK_CRIS)
BY_NAME_ELSEWHERE = received(a_notification("I-1", person=a_person(identifiers=())), TOLD_ON, Channel.INTERPOL)

WAITING = """
select exists (
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and wait_event = $1
)
"""


async def _until_somebody_waits(tx: Transaction, event: str = "advisory") -> None:
    async with asyncio.timeout(20):
        while not await tx.fetchval(WAITING, event):  # noqa: ASYNC110 - the server sends no event of it
            await asyncio.sleep(0)


async def test_two_channels_at_the_same_time_make_one_record(records: Desk) -> None:
    async with records.pool.acquire() as watching, records.pool.acquire() as first:
        begun = first.transaction()
        await begun.start()
        await handlers.on_notifications(KEYS, [ONE], first)
        second = asyncio.create_task(records.hear(OTHER))
        await _until_somebody_waits(watching)
        await begun.commit()
        await second

    facts = [type(fact) for fact in await records.told()]
    assert facts == [NotificationAccepted, RecordCreated, NotificationAccepted, RecordAmended]
    assert await records.pool.fetchval("select count(*) from record") == 1


async def test_a_person_with_names_alone_is_waited_for_too(records: Desk) -> None:
    async with records.pool.acquire() as watching, records.pool.acquire() as first:
        begun = first.transaction()
        await begun.start()
        await handlers.on_notifications(KEYS, [BY_NAME], first)
        second = asyncio.create_task(records.hear(BY_NAME_ELSEWHERE))
        await _until_somebody_waits(watching)
        await begun.commit()
        await second

    assert await records.pool.fetchval("select count(*) from record") == 1


async def test_opposite_orders_of_the_same_people_never_wait_in_a_circle(records: Desk) -> None:
    people = [a_person(surname=f"Zyn{letter}", identifiers=numbers(passport=f"SYN{place}")) for place, letter in enumerate("abcdefghij", 1)]
    one = [received(a_notification(f"U-{place}", person=each), TOLD_ON, Channel.UK_CRIS) for place, each in enumerate(people)]
    other = [received(a_notification(f"I-{place}", person=each), TOLD_ON, Channel.INTERPOL) for place, each in enumerate(reversed(people))]

    await asyncio.gather(records.hear(*one), records.hear(*other))

    facts = [type(fact) for fact in await records.told()]
    assert facts.count(RecordCreated) == facts.count(NotificationDuplicated) == len(people)


async def test_what_cannot_become_a_record_takes_no_lock(records: Desk) -> None:
    refused = received(a_notification(receiving_state="LU"), TOLD_ON, Channel.UK_CRIS)

    async with records.pool.acquire() as tx, tx.transaction():
        await handlers.on_notifications(KEYS, [refused], tx)
        held = await tx.fetchval("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")

    assert held == 0


@pytest.fixture
def _without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the locks are there for shows only without them."""
    monkeypatch.setattr(locks, "TAKE", "select $1::int, $2::int[]")


@pytest.mark.usefixtures("_without_locks")
async def test_without_the_locks_a_person_with_names_alone_would_get_two_records(records: Desk) -> None:
    async with records.pool.acquire() as first, first.transaction():
        await handlers.on_notifications(KEYS, [BY_NAME], first)
        await records.hear(BY_NAME_ELSEWHERE)

    assert await records.pool.fetchval("select count(*) from record") == 2


@pytest.mark.usefixtures("_without_locks")
async def test_without_the_locks_a_number_still_stays_on_one_record(records: Desk) -> None:
    async with records.pool.acquire() as first:
        begun = first.transaction()
        await begun.start()
        await handlers.on_notifications(KEYS, [ONE], first)
        second = asyncio.create_task(records.hear(OTHER))
        async with records.pool.acquire() as watching:
            await _until_somebody_waits(watching, "transactionid")
        await begun.commit()
        with pytest.raises(asyncpg.UniqueViolationError):
            await second

    await records.hear(OTHER)
    assert await records.pool.fetchval("select count(*) from record") == 1
