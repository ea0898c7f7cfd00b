"""What one force is told of a handover as it stands, and what it is told again where it may not have read that."""

from datetime import date, timedelta

from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import WithdrawalReason
from contracts.handover_packs import HandoverNotice, HandoverNoticeWithdrawn
from services.handover.caseload import Caseload, Handover, HandoverState

Notice = HandoverNotice | HandoverNoticeWithdrawn


def asked(handover: Handover, caseload: Caseload) -> HandoverNotice:
    """That this force is asked, and by which day. Told again, its handover_id says that it is the same handover."""
    cohort = caseload.cases[handover.record_id].cohort
    return HandoverNotice(handover_id=handover.handover_id, force=handover.force, cohort=cohort, landing_day=handover.landing_day)


def withdrawn(handover: Handover) -> HandoverNoticeWithdrawn:
    """That this force is not asked any more.

    Raises:
        ValueError: the handover was not withdrawn.
    """
    return HandoverNoticeWithdrawn(handover_id=handover.handover_id, force=handover.force, reason=WithdrawalReason(str(handover.reason)))


def kept_since(force: str, day: date) -> date:
    """The earliest day of which the force's own topic still holds on `day` what was told."""
    kept_days = BY_NAME[topic_name(HandoverNotice.FAMILY, force)].family.kept_days
    return date.min if kept_days is None else day - timedelta(days=kept_days)


def again(force: str, since: date, caseload: Caseload) -> list[Notice]:
    """What `force` has to know to do its part, whatever it read before, in the order of the records.

    Of what was withdrawn that is what could be unread, or still be waited for: withdrawn, or landing, on `since` or later. What the force
    declined or took on it had read.
    """
    found = sorted((each for each in caseload.handovers.values() if each.force == force), key=lambda each: each.record_id)
    return [notice for handover in found for notice in _as_it_stands(handover, since, caseload)]


def _as_it_stands(handover: Handover, since: date, caseload: Caseload) -> list[Notice]:
    match handover.state:
        case HandoverState.OFFERED | HandoverState.ACCEPTED:
            return [asked(handover, caseload)]
        case HandoverState.WITHDRAWN if max(handover.landing_day, handover.withdrawn_day or handover.landing_day) >= since:
            return [withdrawn(handover)]
        case HandoverState.WITHDRAWN | HandoverState.DECLINED | HandoverState.EFFECTIVE:
            return []
