"""What a person may ask handover, and what a person decides: which force is offered a waiting case, which is told again."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http import Deciding, ProblemError, Reading
from chassis.occasion import Telling
from chassis.say import say
from contracts.identifiers import ForceSlug
from services.handover import offer, retelling, store, view_store
from services.handover.answers import CaseAnswer, HandoverAnswer, Offer, Retelling, RetoldAnswer, StrayAnswer
from services.handover.caseload import CaseState

router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=1000)]


def _no_case() -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, "No such case", "handover knows no such record; ask with the record_id of a RecordCreated")


@router.get("/handovers/{handover_id}")
async def handover_of(handover_id: UUID, reading: Reading) -> HandoverAnswer:
    """One handover; 404 where there is none."""
    async with reading() as tx:
        found = await view_store.handover(tx, handover_id)
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No such handover", "ask with the handover_id of a HandoverOffered or a HandoverNotice")
    return HandoverAnswer.model_validate(found)


@router.get("/cases")
async def cases_in(state: CaseState, reading: Reading, limit: Limit = 500) -> list[CaseAnswer]:
    """The cases in one state, the next landing first: those that are `waiting` are a person's work."""
    async with reading() as tx:
        return [CaseAnswer.model_validate(each) for each in await view_store.cases(tx, state, limit)]


@router.get("/cases/{record_id}")
async def case_of(record_id: UUID, reading: Reading) -> CaseAnswer:
    """One case; 404 where there is none."""
    async with reading() as tx:
        found = await view_store.case(tx, record_id)
    if found is None:
        raise _no_case()
    return CaseAnswer.model_validate(found)


@router.put("/cases/{record_id}/offer")
async def offer_case(record_id: UUID, decision: Offer, deciding: Deciding) -> HandoverAnswer:
    """Offer a waiting case to a force. Told twice, the same answer; 409 where the case does not wait, 422 where there is no such force."""
    async with deciding() as (tx, occasion):
        caseload = await store.load(tx, record_ids=[record_id])
        if record_id not in caseload.cases:
            raise _no_case()
        try:
            handover_id, facts = offer.by_person(record_id, decision.force, decision.decided_by, occasion.day, caseload)
        except offer.OfferRefusedError as refusal:
            raise ProblemError(HTTPStatus.CONFLICT, "Not offered", str(refusal)) from None
        await store.save(tx, caseload)
        await say(tx, [Telling(fact, occasion) for fact in facts])
    return HandoverAnswer.model_validate(caseload.handovers[handover_id])


@router.post("/forces/{force}/notices")
async def tell_force_again(force: ForceSlug, asked: Retelling, deciding: Deciding) -> RetoldAnswer:
    """Tell a force again how its open and lately withdrawn handovers stand; each request does so anew. 422 where there is no such force."""
    async with deciding() as (tx, occasion):
        retold = await retelling.tell_again(tx, occasion, force, asked.asked_by, asked.reason)
    return RetoldAnswer.model_validate(retold)


@router.get("/strays")
async def strays(reading: Reading, limit: Limit = 500) -> list[StrayAnswer]:
    """What was told and changed nothing, the latest first: for a person to look at."""
    async with reading() as tx:
        return [StrayAnswer(**each) for each in await view_store.strays(tx, limit)]
