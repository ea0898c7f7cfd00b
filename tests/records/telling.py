"""How tests of decisions tell records something: through the same reading as a handler, onto a register of their own."""

from datetime import date

from contracts.codes import Channel, Sender
from contracts.fact import Fact
from contracts.notifications import NotificationReceived
from contracts.travel_notices import TravelNoticeReceived
from services.records.notification_decision import decide
from services.records.reading import read_notification, read_travel_notice
from services.records.register import Register, Told
from services.records.travel_decision import ToldNotice
from tests.builders import TOLD_ON
from tests.furniture import received
from tests.keys import KEYS


def told(notification: NotificationReceived, channel: Channel = Channel.UK_CRIS, day: date = TOLD_ON) -> Told:
    return read_notification(KEYS, received(notification, day, channel))


def tell(register: Register, notification: NotificationReceived, channel: Channel = Channel.UK_CRIS, day: date = TOLD_ON) -> list[Fact]:
    return decide(told(notification, channel, day), register)


def told_notice(notice: TravelNoticeReceived, sender: Sender = Sender.BORDER_FORCE) -> ToldNotice:
    return read_travel_notice(KEYS, received(notice, TOLD_ON, sender))
