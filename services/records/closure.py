"""A person closes a record: load, decide, save, say."""

from http import HTTPStatus
from uuid import UUID

from chassis.database import Transaction
from chassis.http import ProblemError
from chassis.occasion import Occasion, Telling
from chassis.say import say
from contracts.codes import CloseReason
from services.records import ending_store, record_decision, record_store
from services.records.register import RecordState
from trust.keys import Keys


async def close(  # noqa: PLR0913 - what the route was told
    tx: Transaction, keys: Keys, occasion: Occasion, record_id: UUID, reason: CloseReason, decided_by: str
) -> None:
    """Close it; told again with the same reason, nothing changes.

    Raises:
        ProblemError: 404, there is no such record; 409, a force manages the person or it was closed for another reason.
    """
    record = (await record_store.load_records(tx, keys, {record_id})).get(record_id)
    if record is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No such record", "No record has this id.")
    if record.state is RecordState.CLOSED and record.close_reason is reason:
        return
    facts = record_decision.close(record, reason)
    if facts is None:
        raise ProblemError(HTTPStatus.CONFLICT, f"Record {record.state}", _ADVICE[record.state])
    await ending_store.save_closure(tx, record_id, reason, decided_by, occasion.day)
    await say(tx, [Telling(fact, occasion) for fact in facts])


_ADVICE = {
    RecordState.TRANSFERRED: "A police force manages this person; only that force can end it.",
    RecordState.CLOSED: "It was closed for another reason; a closure is not changed.",
}
