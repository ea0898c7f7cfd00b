"""Records and handover that have decided on something of every kind that outsiders tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from chassis.room import Room
from contracts.codes import Channel, Cohort, DeclineReason, Sender
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.records import RecordCreated, TravelExpected
from services.handover.app import room as handover_room
from services.records.app import room as records_room
from tests.builders import a_travel_notice, numbers
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House
from tests.faults.outsiders import has_heard, tell
from tests.keys import KEYS
from tests.outside import Message, message, send
from tests.people import of

FUTURE = datetime.now(UTC).date() + timedelta(days=30)


def told_to_records() -> list[Message]:
    """Something of every kind: taken, refused, told again under another id, expected to land, and expected by nobody here."""
    return [
        *[message(of(number), Channel.UK_CRIS) for number in range(5)],
        message(of(5, receiving_state="LU"), Channel.NORWAY),
        message(of(0), Channel.UK_CRIS),
        message(of(1, "USA-000001"), Channel.USA),
        message(a_travel_notice(identifiers=numbers(passport="SYN0000002")), Sender.BORDER_FORCE),
        message(a_travel_notice("SYN-T-2", identifiers=numbers(passport="SYN7777777")), Sender.BORDER_FORCE),
    ]


async def _records_that_decided(records: House) -> tuple[Room, list[Message], int]:
    room, told = records_room(KEYS), told_to_records()
    async with records.opened(room):
        await send(records, *told[:5])
        await has_heard(records, 5)
        await send(records, *told[5:])
        await has_heard(records, len(told))
    return room, told, len(told)


async def _handover_that_was_answered(handover: House) -> tuple[Room, list[Message], int]:
    """One accepts, one declines, one answers in place of another."""
    room, people = handover_room(KEYS), [uuid4() for _ in range(3)]
    async with handover.opened(room):
        await tell(handover, *[RecordCreated(record_id=each, cohort=Cohort.UKSO) for each in people], version=1)
        await tell(handover, *[_landing(each) for each in people], version=2)
        await has_heard(handover, 6)
        offers = [row["handover_id"] for row in await handover.owner.fetch("select handover_id from handover order by handover_id")]
        told = [
            message(ForceAccepted(handover_id=offers[0]), "kent"),
            message(ForceDeclined(handover_id=offers[1], reason=DeclineReason.NOT_IN_OUR_AREA), "kent"),
            message(ForceAccepted(handover_id=offers[2]), "cleveland"),
        ]
        await send(handover, *told)
        await has_heard(handover, 9)
    return room, told, 9


def _landing(record_id: UUID) -> TravelExpected:
    return TravelExpected(record_id=record_id, travel_id=uuid4(), landing_day=FUTURE, force="kent")


async def deciders(house: FreshHouse, name: str) -> tuple[House, Room, list[Message], int]:
    found = await house(name)
    return found, *await (_records_that_decided(found) if name == "records" else _handover_that_was_answered(found))
