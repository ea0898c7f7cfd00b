"""From the end of which day a force manages a person: the landing, or the acceptance where that came later."""

from dataclasses import replace
from datetime import date

from contracts.fact import Fact
from contracts.handovers import HandoverEffective
from services.handover.caseload import Caseload, Handover, HandoverState


def take_effect(ended: date, caseload: Caseload) -> list[Fact]:
    """Make every accepted handover effective whose day is over: `ended` is the latest that is."""
    return [_effective(handover, caseload) for handover in caseload.accepted() if _effective_day(handover) <= ended]


def _effective_day(handover: Handover) -> date:
    return max(handover.landing_day, handover.accepted_day or handover.landing_day)


def _effective(handover: Handover, caseload: Caseload) -> HandoverEffective:
    day = _effective_day(handover)
    caseload.move(replace(handover, state=HandoverState.EFFECTIVE, effective_day=day))
    return HandoverEffective(record_id=handover.record_id, handover_id=handover.handover_id, force=handover.force, effective_day=day)
