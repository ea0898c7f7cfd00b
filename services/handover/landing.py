"""From which day a force manages a person: the landing, or the acceptance where that came later."""

from dataclasses import replace
from datetime import date

from contracts.fact import Fact
from contracts.handovers import HandoverEffective
from services.handover.caseload import Caseload, Handover, HandoverState


def take_effect(day: date, caseload: Caseload) -> list[Fact]:
    """Make every accepted handover effective whose landing day has come by the end of `day`."""
    return [fact for handover in caseload.accepted() if handover.landing_day <= day for fact in _effective(handover, caseload)]


def _effective(handover: Handover, caseload: Caseload) -> list[Fact]:
    effective_day = max(handover.landing_day, handover.accepted_day or handover.landing_day)
    caseload.move(replace(handover, state=HandoverState.EFFECTIVE, effective_day=effective_day))
    return [
        HandoverEffective(record_id=handover.record_id, handover_id=handover.handover_id, force=handover.force, effective_day=effective_day)
    ]
