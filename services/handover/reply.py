"""What a force's answer changes: it counts only from the force that was asked, and only while the offer stands."""

from dataclasses import replace
from datetime import date

from contracts.codes import DeclineReason
from contracts.fact import Fact
from contracts.handover_replies import ForceAccepted, ForceDeclined
from contracts.handovers import HandoverAccepted, HandoverDeclined
from services.handover.caseload import Caseload, Handover, HandoverState, Stray, StrayReason

Reply = ForceAccepted | ForceDeclined


def decide(reply: Reply, force: str, day: date, caseload: Caseload) -> list[Fact]:
    """What `reply` means, told by `force` on its own topic.

    What does not count is kept as a stray; the same reply told again is not even that.
    """
    handover = caseload.handovers.get(reply.handover_id)
    if handover is None:
        return _stray(reply, force, day, StrayReason.UNKNOWN_HANDOVER, caseload)
    if handover.force != force:
        return _stray(reply, force, day, StrayReason.OFFERED_TO_ANOTHER_FORCE, caseload)
    if handover.state is HandoverState.WITHDRAWN:
        return _stray(reply, force, day, StrayReason.WITHDRAWN, caseload)
    if handover.state is not HandoverState.OFFERED:
        return [] if _told_before(reply, handover) else _stray(reply, force, day, StrayReason.ALREADY_ANSWERED, caseload)
    match reply:
        case ForceAccepted():
            return _accept(handover, day, caseload)
        case ForceDeclined():
            return _decline(handover, reply.reason, caseload)


def _told_before(reply: Reply, handover: Handover) -> bool:
    match reply:
        case ForceAccepted():
            return handover.state in {HandoverState.ACCEPTED, HandoverState.EFFECTIVE}
        case ForceDeclined():
            return handover.state is HandoverState.DECLINED and handover.reason == reply.reason


def _accept(handover: Handover, day: date, caseload: Caseload) -> list[Fact]:
    caseload.move(replace(handover, state=HandoverState.ACCEPTED, accepted_day=day))
    return [HandoverAccepted(record_id=handover.record_id, handover_id=handover.handover_id, force=handover.force)]


def _decline(handover: Handover, reason: DeclineReason, caseload: Caseload) -> list[Fact]:
    caseload.move(replace(handover, state=HandoverState.DECLINED, reason=reason))
    return [HandoverDeclined(record_id=handover.record_id, handover_id=handover.handover_id, force=handover.force, reason=reason)]


def _stray(reply: Reply, force: str, day: date, reason: StrayReason, caseload: Caseload) -> list[Fact]:
    caseload.strays.append(Stray(reply.handover_id, force, reply.TYPE, reason, day))
    return []
