"""What a force answers. Which force it is comes from the topic, never from the body."""

from uuid import UUID

from contracts.codes import DeclineReason
from contracts.fact import Fact


class ForceAccepted(Fact, type="force-accepted.v1", family="handover-replies", subject="handover_id"):
    """The force takes the person on."""

    handover_id: UUID


class ForceDeclined(Fact, type="force-declined.v1", family="handover-replies", subject="handover_id"):
    """The force does not take the person on, for one reason."""

    handover_id: UUID
    reason: DeclineReason
