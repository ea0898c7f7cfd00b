"""What handover tells one force alone. Until packs are sealed a notice holds no personal data."""

from datetime import date
from uuid import UUID

from contracts.codes import Cohort, WithdrawalReason
from contracts.fact import Fact
from contracts.identifiers import ForceSlug


class HandoverNotice(Fact, type="handover-notice.v1", family="handover-packs", subject="handover_id", principal="force"):
    """The least a force needs in order to answer: someone of this cohort lands on this day, bound for its area."""

    handover_id: UUID
    force: ForceSlug
    cohort: Cohort
    landing_day: date


class HandoverNoticeWithdrawn(Fact, type="handover-notice-withdrawn.v1", family="handover-packs", subject="handover_id", principal="force"):
    """The force is not asked any more, whether it had accepted or not: nothing remains to be done."""

    handover_id: UUID
    force: ForceSlug
    reason: WithdrawalReason
