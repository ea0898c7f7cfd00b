"""From what was told to what decisions need: keyed hashes in place of whatever has to be found again."""

from datetime import date

from chassis.occasion import Received, london_day
from contracts.codes import Channel, Sender
from contracts.notifications import NotificationReceived
from contracts.travel_notices import TravelNoticeReceived
from services.records.identity import NOBODY, IdentityKeys, namesake_of, numbers_of
from services.records.notification_decision import on_its_face
from services.records.register import ConvictionKeys, Told
from services.records.travel_decision import ToldNotice
from trust.keys import Keys


def read_notification(keys: Keys, received: Received[NotificationReceived]) -> Told:
    """A notification as a feed told it. Who its person is matters only if nothing else settles it, as it does for most."""
    notification, channel, day = received.fact, Channel(received.principal), received.occasion.day
    grounds = on_its_face(notification, day)
    return Told(
        notification,
        channel,
        day,
        reference_key=reference_key(keys, channel, notification.reference),
        content_key=keys.lookup_hash("content", received.envelope.data_hash.hex()),
        conviction=_conviction_keys(keys, notification) if grounds is None else ConvictionKeys(),
        identity=NOBODY if grounds is not None else _identity_keys(keys, notification),
        grounds=grounds,
        held_as=received.held_id,
    )


def read_again(keys: Keys, notification: NotificationReceived, channel: Channel, day: date) -> Told:
    """A referred notification on which a person has decided: only who its person is remains to be asked."""
    return Told(
        notification,
        channel,
        day,
        reference_key=reference_key(keys, channel, notification.reference),
        content_key=b"",
        conviction=_conviction_keys(keys, notification),
        identity=_identity_keys(keys, notification),
        grounds=None,
    )


def read_travel_notice(keys: Keys, received: Received[TravelNoticeReceived]) -> ToldNotice:
    """A travel notice as a sender told it."""
    notice, sender = received.fact, Sender(received.principal)
    return ToldNotice(
        notice,
        sender,
        received.occasion.day,
        london_day(notice.landing_at),
        reference_key=reference_key(keys, sender, notice.reference),
        content_key=keys.lookup_hash("content", received.envelope.data_hash.hex()),
        numbers=tuple(keys.lookup_hash(kind, number) for kind, number in numbers_of(notice.traveller.identifiers)),
    )


def reference_key(keys: Keys, principal: Channel | Sender, reference: str) -> bytes:
    """Under which a telling is found again: references are unique within one channel or sender only."""
    return keys.lookup_hash(f"reference {principal}", reference)


def _identity_keys(keys: Keys, notification: NotificationReceived) -> IdentityKeys:
    person = notification.person
    numbers = tuple(keys.lookup_hash(kind, number) for kind, number in numbers_of(person.identifiers))
    namesake = namesake_of(person)
    return IdentityKeys(numbers, None if namesake is None else keys.lookup_hash("namesake", namesake))


def _conviction_keys(keys: Keys, notification: NotificationReceived) -> ConvictionKeys:
    conviction = notification.conviction
    court_day = f"{conviction.country} {conviction.decided_on}"
    categories = ",".join(sorted({each.category for each in conviction.offences}))
    return ConvictionKeys(keys.lookup_hash("court day", court_day), keys.lookup_hash("conviction", f"{court_day} {categories}"))
