"""Cases and handovers as they stand before a decision, with only what matters in sight."""

from datetime import date
from itertools import count
from uuid import UUID

from contracts.codes import Cohort
from services.handover.caseload import CASE_AFTER, Case, Caseload, CaseState, Handover, HandoverState

RECORD, TRAVEL, HANDOVER, OFFER = (UUID(int=number) for number in (1, 2, 3, 9))
TODAY, LANDING, LATER = date(2021, 6, 1), date(2021, 6, 10), date(2021, 6, 20)
CLEVELAND, KENT = "cleveland", "kent"


def caseload(*handovers: Handover, state: CaseState = CaseState.MANAGED, landing: date | None = None) -> Caseload:
    """One record's case; with handovers, the last of them says where it stands."""
    ids = count(HANDOVER.int)
    case = Case(RECORD, Cohort.UKSO, state, landing)
    for each in handovers:
        case = Case(RECORD, Cohort.UKSO, CASE_AFTER[each.state], each.landing_day, each.handover_id)
    return Caseload(
        new_id=lambda: UUID(int=next(ids)), cases={RECORD: case}, handovers={handover.handover_id: handover for handover in handovers}
    )


def handover(  # noqa: PLR0913 - a builder names what a test may care about
    state: HandoverState = HandoverState.OFFERED,
    force: str = CLEVELAND,
    *,
    landing: date = LANDING,
    accepted: date | None = None,
    withdrawn: date | None = None,
    reason: str | None = None,
    handover_id: UUID = OFFER,
    record_id: UUID = RECORD,
) -> Handover:
    return Handover(
        handover_id, record_id, force, state, landing, offered_day=TODAY, accepted_day=accepted, withdrawn_day=withdrawn, reason=reason
    )
