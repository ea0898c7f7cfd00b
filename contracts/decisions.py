"""What became of each telling of a notification: every one ends as exactly one of these, and statistics alone reads them."""

from uuid import UUID

from contracts.codes import Channel, HoldReason, ReferralReason, RefusalReason
from contracts.fact import Fact


class NotificationAccepted(Fact, type="notification-accepted.v1", family="decisions", subject="notification_id"):
    """The conviction is on a record, a new one or the one the person already had."""

    notification_id: UUID
    channel: Channel
    record_id: UUID


class NotificationRefused(Fact, type="notification-refused.v1", family="decisions", subject="notification_id"):
    """The notification does not become a record, for one reason."""

    notification_id: UUID
    channel: Channel
    reason: RefusalReason


class NotificationReferred(Fact, type="notification-referred.v1", family="decisions", subject="notification_id"):
    """A person has to decide."""

    notification_id: UUID
    channel: Channel
    reason: ReferralReason


class NotificationDuplicated(Fact, type="notification-duplicated.v1", family="decisions", subject="notification_id"):
    """Told again: it says what `original_id` had already said."""

    notification_id: UUID
    channel: Channel
    original_id: UUID


class NotificationHeld(Fact, type="notification-held.v1", family="decisions", subject="notification_id"):
    """What was told could not be read or handled; its original bytes are kept."""

    notification_id: UUID
    channel: Channel
    reason: HoldReason
