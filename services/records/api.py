"""What a person does with records over HTTP: look up where something stands, decide what was referred, close a record."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from chassis.http import Deciding, ProblemError, Reading
from contracts.codes import Channel, CloseReason, Cohort, ReferralReason, RefusalReason, Sender
from contracts.identifiers import ForceSlug, StaffNumber
from contracts.notifications import Reference
from services.records import closure, travel_store, view_store
from services.records.reading import reference_key
from services.records.register import NotificationState, RecordState
from services.records.settlement import Settlement, settle
from services.records.travel_decision import Doubt
from trust.keys import Keys

AT_MOST = 500


class NotificationStanding(BaseModel):
    """What became of a notification."""

    notification_id: UUID
    state: NotificationState
    reason: RefusalReason | ReferralReason | None
    record_id: UUID | None


class RecordStanding(BaseModel):
    """Who answers for a record."""

    record_id: UUID
    state: RecordState
    cohort: Cohort
    force: ForceSlug | None


class Closure(BaseModel):
    """Why a record is closed without a transfer, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: CloseReason
    decided_by: StaffNumber


class ClosureTaken(BaseModel):
    record_id: UUID
    state: Literal[RecordState.CLOSED] = RecordState.CLOSED
    reason: CloseReason


class ExpectedLanding(BaseModel):
    """A travel notice that waits for a person."""

    travel_id: UUID
    sender: Sender
    reason: Doubt
    landing_day: date
    landing_at: datetime
    port: str
    destination_force: ForceSlug | None


def routes(keys: Keys) -> APIRouter:
    """The routes of records; `keys` find a reference that is kept as a hash only."""
    router = APIRouter()
    _add_notification_routes(router, keys)
    _add_record_routes(router, keys)

    @router.get("/travel-notices")
    async def travel_notices(
        reading: Reading, state: Literal["referred"], limit: Annotated[int, Query(ge=1, le=AT_MOST)] = AT_MOST
    ) -> list[ExpectedLanding]:
        """Who is expected to land and waits for a person, the next to land first. `state` has one value so far."""
        del state
        async with reading() as tx:
            found = await travel_store.waiting(tx, keys, limit)
        return [
            ExpectedLanding(
                travel_id=each.travel_id, sender=each.sender, reason=each.reason, landing_day=each.landing_day,
                landing_at=each.notice.landing_at, port=each.notice.port, destination_force=each.notice.destination_force,
            )
            for each in found
        ]  # fmt: skip

    return router


def _add_notification_routes(router: APIRouter, keys: Keys) -> None:
    @router.get("/notifications")
    async def notification_of(reading: Reading, channel: Channel, reference: Reference) -> NotificationStanding:
        """The latest telling that a channel gave this reference."""
        async with reading() as tx:
            row = await view_store.notification_by_reference(tx, reference_key(keys, channel, reference))
        return NotificationStanding(**_found(row, "notification"))

    @router.put("/notifications/{notification_id}/decision")
    async def decide(notification_id: UUID, settlement: Settlement, deciding: Deciding) -> NotificationStanding:
        """Decide what was referred. Told twice, it is the same decision."""
        async with deciding() as (tx, occasion):
            await settle(tx, keys, occasion, notification_id, settlement)
            row = await view_store.notification(tx, notification_id)
        return NotificationStanding(**_found(row, "notification"))


def _add_record_routes(router: APIRouter, keys: Keys) -> None:
    @router.get("/records")
    async def record_of(reading: Reading, channel: Channel, reference: Reference) -> RecordStanding:
        """The record that a channel's notification is on."""
        async with reading() as tx:
            row = await view_store.record_by_reference(tx, reference_key(keys, channel, reference))
        return RecordStanding(**_found(row, "record"))

    @router.get("/records/{record_id}")
    async def record(reading: Reading, record_id: UUID) -> RecordStanding:
        async with reading() as tx:
            row = await view_store.record(tx, record_id)
        return RecordStanding(**_found(row, "record"))

    @router.put("/records/{record_id}/closure")
    async def close(record_id: UUID, told: Closure, deciding: Deciding) -> ClosureTaken:
        """Close a record that ACRO manages. Told twice, it is the same closure."""
        async with deciding() as (tx, occasion):
            await closure.close(tx, keys, occasion, record_id, told.reason, told.decided_by)
        return ClosureTaken(record_id=record_id, reason=told.reason)


def _found(row: Record | None, what: str) -> dict[str, Any]:
    if row is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"No such {what}", "Nothing is known by what was asked for, or not yet.")
    return dict(row)
