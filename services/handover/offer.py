"""Which force is asked to take a person on, and by whose word: a travel notice that names it, or a person."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from contracts.fact import Fact
from contracts.handovers import HandoverOffered
from contracts.records import TravelExpected
from services.handover import notices
from services.handover.caseload import Case, Caseload, CaseState, Handover, HandoverState, Stray, StrayReason


class OfferRefusedError(ValueError):
    """The case cannot be offered to this force now; the text says why and what to do."""


def on_travel(fact: TravelExpected, day: date, caseload: Caseload) -> list[Fact]:
    """What an expected landing means for the case.

    Raises:
        KeyError: the record was never created, which the order of its topic rules out.
    """
    case = caseload.cases[fact.record_id]
    match case.state:
        case CaseState.MANAGED:
            return _expect(fact, day, case, caseload)
        case CaseState.WAITING:
            # After a decline a person decides: a second notice about the same journey must not ask the same force again.
            declined = caseload.latest(case) is not None
            return _expect(fact.model_copy(update={"force": None}) if declined else fact, day, case, caseload)
        case CaseState.OFFERED | CaseState.ACCEPTED:
            return _expect_anew(fact, day, case, caseload)
        case CaseState.TRANSFERRED:
            return _after_the_transfer(fact, day, case, caseload)
        case CaseState.CLOSED:
            return []


def by_person(record_id: UUID, force: str, decided_by: str, day: date, caseload: Caseload) -> tuple[UUID, list[Fact]]:
    """A person's offer of a waiting case to `force`: the handover, and what is to be said.

    The same offer again is answered alike and says nothing.

    Raises:
        OfferRefusedError: the case does not wait, and its handover is not with this force.
        KeyError: handover knows no such record.
    """
    case = caseload.cases[record_id]
    latest = caseload.latest(case)
    match case.state:
        case CaseState.WAITING if case.landing_day is not None:
            offered = Handover(caseload.new_id(), record_id, force, HandoverState.OFFERED, case.landing_day, day, decided_by=decided_by)
            return offered.handover_id, _offer(offered, caseload)
        case CaseState.OFFERED | CaseState.ACCEPTED | CaseState.TRANSFERRED if latest is not None and latest.force == force:
            return latest.handover_id, []
        case CaseState.OFFERED | CaseState.ACCEPTED:
            message = "another force was asked and has not declined: wait until it declines"
        case CaseState.TRANSFERRED:
            message = "another force manages this person already: nothing is left to offer"
        case CaseState.CLOSED:
            message = "the record is closed: nothing is left to offer"
        case CaseState.MANAGED | CaseState.WAITING:
            message = "no landing is expected: offer the case once a travel notice has told of one"
    raise OfferRefusedError(message)


def _expect(fact: TravelExpected, day: date, case: Case, caseload: Caseload) -> list[Fact]:
    if fact.force is None:
        caseload.put(replace(case, state=CaseState.WAITING, landing_day=fact.landing_day))
        return []
    return _offer(Handover(caseload.new_id(), case.record_id, fact.force, HandoverState.OFFERED, fact.landing_day, day), caseload)


def _offer(handover: Handover, caseload: Caseload) -> list[Fact]:
    caseload.move(handover)
    offered = HandoverOffered(
        record_id=handover.record_id, handover_id=handover.handover_id, force=handover.force, landing_day=handover.landing_day
    )
    return [offered, notices.asked(handover, caseload)]


def _expect_anew(fact: TravelExpected, day: date, case: Case, caseload: Caseload) -> list[Fact]:
    """A journey told again while a force has been asked: that force learns of another day; another force is a question for a person."""
    handover = caseload.latest(case)
    if handover is None:
        return []
    if fact.force is not None and fact.force != handover.force:
        caseload.strays.append(Stray(fact.record_id, fact.force, fact.TYPE, StrayReason.BOUND_FOR_ANOTHER_FORCE, day))
        return []
    if fact.landing_day == handover.landing_day:
        return []
    moved = replace(handover, landing_day=fact.landing_day)
    caseload.move(moved)
    return [notices.asked(moved, caseload)]


def _after_the_transfer(fact: TravelExpected, day: date, case: Case, caseload: Caseload) -> list[Fact]:
    """The force expected the person earlier and manages them already: whether they are still to land somebody has to find out."""
    handover = caseload.latest(case)
    if handover is not None and fact.landing_day > handover.landing_day:
        stray = Stray(fact.record_id, fact.force or handover.force, fact.TYPE, StrayReason.ALREADY_TRANSFERRED, day)
        caseload.strays.append(stray)
    return []
