"""What outsiders and neighbours tell a service of a test, and what it stands at afterwards."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from chassis.ids import uuid7
from chassis.room import Room
from contracts.catalogue import BY_NAME, owned_by, topic_name
from contracts.codes import Cohort
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.records import RecordCreated
from tests.chassis.house import House
from tests.places.backup import restore
from tests.places.superuser import connected
from tests.waiting import until

STANDING = {
    "record": "record_id, cohort, state, force, handover_id, effective_day, close_reason, closed_on",
    "number": "number_key, record_id",
    "namesake": "namesake_key, record_id",
    "conviction": "record_id, conviction_key, court_day_key, notification_id",
    "notification": "notification_id, reference_key, telling, channel, content_key, state, reason, record_id, decided_on",
    "travel_notice": "reference_key, telling, sender, content_key, state, reason, record_id, landing_day",
    "caseload": "record_id, cohort, state, landing_day, handover_id",
    "handover": "handover_id, record_id, force, state, landing_day, offered_day, accepted_day, effective_day, withdrawn_day, reason",
    "stray": "about, force, told, reason",
    "intel_check": "check_id, record_id, opened_day, due_day, sent_day",
    "positions": "topic, partition, next, last_digest, halted",
    "seen": "topic, subject, version, hashes",
    "held": 'topic, partition, "offset", reason',
    "said": "id, topic, subject, version, content_hash, payload",
    "outbox": "said_id",
    "heard_once": "topic, id, content, value",
}
"""What must be the same before and after; keys and who decided are not."""


async def tell(house: House, *facts: Fact, principal: str | None = None, version: int | None = None, now: datetime | None = None) -> None:
    """One message each, on the topic of that principal."""
    at = now or datetime.now(UTC)
    for fact in facts:
        topic = BY_NAME[topic_name(fact.FAMILY, principal)]
        told: Envelope[Any] = Envelope(
            id=uuid7(), source=topic.source, type=fact.TYPE, subject=fact.subject, time=at, recordedtime=at, version=version, data=fact
        )
        await house.sender.send(house.prefix + topic.name, told.to_bytes(), key=told.subject.encode())
    await house.sender.flush()


async def create(house: House, number: int) -> list[UUID]:
    """Records tells of so many people; of whom."""
    people = [uuid4() for _ in range(number)]
    await tell(house, *[RecordCreated(record_id=each, cohort=Cohort.FNSO) for each in people], version=1)
    return people


async def standing(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """All that the service has put down."""
    found = {}
    async with connected(house.superuser_url) as connection:
        for table, names in STANDING.items():
            if await connection.fetchval("select to_regclass($1) is not null", table):
                rows = await connection.fetch(f"select {names} from {table}")  # noqa: S608 - our own names
                found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


async def told_on_topics(house: House) -> dict[str, list[UUID]]:
    """The ids of all that lies on the service's own topics, doubles and all."""
    return {topic.name: sorted(each.id for each in await house.on_topic(topic.name)) for topic in owned_by(house.name)}


async def has_heard(house: House, number: int) -> None:
    """Until so many messages are handled and all that was said about them is acknowledged."""

    async def it_has() -> bool:
        async with connected(house.superuser_url) as connection:
            heard = await connection.fetchval("select coalesce(sum(next), 0)::bigint from positions")
            return bool(heard == number and await connection.fetchval("select not exists (select from outbox)"))

    await until(it_has, f"{number} messages are handled and all is acknowledged")


async def has_said(house: House, number: int) -> None:
    """Until so many facts are said, told or not."""

    async def it_has() -> bool:
        return len((await standing(house))["said"]) == number

    await until(it_has, f"{number} facts are said")


async def restored_as_it_was(house: House, room: Room, backup: Path) -> None:
    """Restore, start, and compare all that was put down and all that lies on the topics."""
    before, topics = await standing(house), await told_on_topics(house)
    await restore(house.superuser_url, house.name, backup)
    assert await standing(house) != before
    async with house.opened(room) as running:
        await until(running.ready, "it is ready")
    assert await standing(house) == before
    assert await told_on_topics(house) == topics
