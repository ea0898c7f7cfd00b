"""After a restore: the handovers that this service had told of and forgotten, recorded again as they were told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.not_yet import NotYetError
from chassis.occasion import Received
from chassis.room import LOST
from contracts.catalogue import topic_name
from contracts.fact import Fact
from contracts.handover_packs import HandoverNotice, HandoverNoticeWithdrawn
from contracts.handovers import HandoverAccepted, HandoverDeclined, HandoverEffective, HandoverOffered, HandoverWithdrawn
from contracts.records import RecordCreated
from services.handover import store
from services.handover.caseload import Caseload, Handover, HandoverState


async def recall(cause: Received[Any] | None, facts: Sequence[Received[Any]], tx: Transaction) -> None:
    """Move each handover on as it was told to have moved.

    Raises:
        NotYetError: its record or its offer is not here yet.
    """
    told = [each.fact for each in facts]
    record_ids = {each.record_id for each in told if hasattr(each, "record_id")}
    caseload = await store.load(tx, record_ids, {each.handover_id for each in told})
    for each in facts:
        fold(each.fact, each.occasion.day, caseload, by_person=cause is None)
    await store.save(tx, caseload)


def fold(fact: Fact, day: date, caseload: Caseload, *, by_person: bool) -> None:
    """What one fact says about the state of its handover.

    Raises:
        NotYetError: see `recall`.
    """
    match fact:
        case HandoverOffered():
            _offer(fact, day, caseload, by_person=by_person)
        case HandoverAccepted():
            caseload.move(replace(_handover(fact.handover_id, caseload), state=HandoverState.ACCEPTED, accepted_day=day))
        case HandoverDeclined():
            caseload.move(replace(_handover(fact.handover_id, caseload), state=HandoverState.DECLINED, reason=fact.reason))
        case HandoverWithdrawn():
            found = _handover(fact.handover_id, caseload)
            caseload.move(replace(found, state=HandoverState.WITHDRAWN, withdrawn_day=day, reason=fact.reason))
        case HandoverEffective():
            found = _handover(fact.handover_id, caseload)
            caseload.move(replace(found, state=HandoverState.EFFECTIVE, effective_day=fact.effective_day))
        case HandoverNotice():
            found = _handover(fact.handover_id, caseload)
            if found.landing_day != fact.landing_day:
                caseload.move(replace(found, landing_day=fact.landing_day))
        case HandoverNoticeWithdrawn():
            _handover(fact.handover_id, caseload)
        case other:
            message = f"handover does not tell {type(other).__name__}"
            raise TypeError(message)


def _offer(fact: HandoverOffered, day: date, caseload: Caseload, *, by_person: bool) -> None:
    if fact.record_id not in caseload.cases:
        raise NotYetError((topic_name(RecordCreated.FAMILY), fact.subject))
    decided_by = LOST if by_person else None
    caseload.move(
        Handover(fact.handover_id, fact.record_id, fact.force, HandoverState.OFFERED, fact.landing_day, day, decided_by=decided_by)
    )


def _handover(handover_id: UUID, caseload: Caseload) -> Handover:
    found = caseload.handovers.get(handover_id)
    if found is None:
        raise NotYetError
    return found
