"""What a person decides about a referred notification: once, about what is still open, and never against what numbers say."""

from http import HTTPStatus
from typing import Literal, Self
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel, ConfigDict, model_validator

from chassis.database import Transaction
from chassis.http import ProblemError
from chassis.occasion import Occasion, Telling
from chassis.say import say
from contracts.codes import ReferralReason, RefusalReason
from contracts.decisions import NotificationRefused
from contracts.identifiers import StaffNumber
from services.records import record_store, settlement_store
from services.records.locks import lock_people
from services.records.notification_decision import Objection, accept_by_a_person
from services.records.reading import read_again
from services.records.register import NotificationState
from trust.keys import Keys

ADVICE = {
    ReferralReason.IDENTITY_CONTRADICTED: "Its numbers are on a record with another birth date: name that record in record_id, or refuse.",
    ReferralReason.IDENTIFIERS_OF_TWO_RECORDS: "Its numbers are on two records: name the right one in record_id, or refuse.",
    ReferralReason.RECORD_NOT_WITH_ACRO: "The person's record is no longer managed here: refuse, and tell whoever manages the person.",
}


class Settlement(BaseModel):
    """Accept, on the record that the numbers or `record_id` name or else on a new one; or refuse with a reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["accept", "refuse"]
    reason: RefusalReason | None = None
    record_id: UUID | None = None
    decided_by: StaffNumber

    @model_validator(mode="after")
    def _say_why_or_where(self) -> Self:
        if (self.decision == "refuse") != (self.reason is not None):
            message = "reason belongs to 'refuse', and 'refuse' needs one"
            raise ValueError(message)
        if self.decision == "refuse" and self.record_id is not None:
            message = "record_id belongs to 'accept'"
            raise ValueError(message)
        return self


async def settle(tx: Transaction, keys: Keys, occasion: Occasion, notification_id: UUID, settlement: Settlement) -> None:
    """Carry out what a person decided; told again, it changes nothing.

    Raises:
        ProblemError: 404, there is no such notification; 409, it was never referred, was settled otherwise, or cannot be accepted so.
    """
    row = await settlement_store.lock(tx, notification_id)
    if row is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No such notification", "Ask GET /notifications for the id of a channel's reference.")
    if row["state"] != NotificationState.REFERRED:
        _refuse_another_answer(row, settlement)
    elif settlement.reason is not None:
        await settlement_store.save_refused(tx, notification_id, settlement.reason, settlement.decided_by, occasion.day)
        refused = NotificationRefused(notification_id=notification_id, channel=row["channel"], reason=settlement.reason)
        await say(tx, [Telling(refused, occasion)])
    else:
        await _accept(tx, keys, occasion, row, settlement)


async def _accept(tx: Transaction, keys: Keys, occasion: Occasion, row: Record, settlement: Settlement) -> None:
    notification, channel = settlement_store.open_content(keys, row)
    told = read_again(keys, notification, channel, occasion.day)
    await lock_people(tx, [told.identity])
    register = await record_store.load_people(tx, keys, [told.identity], settlement.record_id)
    named = None if settlement.record_id is None else register.records.get(settlement.record_id)
    if settlement.record_id is not None and named is None:
        raise ProblemError(HTTPStatus.CONFLICT, "No such record", "record_id names a record that is not here.")
    facts = accept_by_a_person(told, row["notification_id"], named, register)
    if isinstance(facts, Objection):
        raise ProblemError(HTTPStatus.CONFLICT, f"Cannot be accepted: {facts.reason}", ADVICE[facts.reason])
    await record_store.create_records(tx, keys, register)
    await settlement_store.save_accepted(tx, keys, register, settlement.decided_by, occasion.day)
    await record_store.add_convictions(tx, register)
    await say(tx, [Telling(fact, occasion) for fact in facts])


def _refuse_another_answer(row: Record, settlement: Settlement) -> None:
    """Told again the same way it stands; otherwise somebody has to know that it was settled before."""
    if row["decided_by"] is None:
        raise ProblemError(
            HTTPStatus.CONFLICT, "Not referred", f"It was {row['state']} by the rules; only what is referred is decided here."
        )
    same = (row["state"] == NotificationState.REFUSED and row["reason"] == settlement.reason) or (
        row["state"] == NotificationState.ACCEPTED
        and settlement.decision == "accept"
        and settlement.record_id in {None, row["record_id"]}
    )  # fmt: skip
    if not same:
        raise ProblemError(HTTPStatus.CONFLICT, "Settled before", f"It was {row['state']} by a person already; a decision is not changed.")
