"""Facts as statistics hear them, with only what matters in sight, and what statistics answer."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import Channel, CloseReason, Cohort, HoldReason, ReferralReason, RefusalReason
from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationHeld, NotificationReferred, NotificationRefused
from contracts.records import RecordClosed, RecordCreated, RecordTransferred
from services.stats.ledger import Entry, Movement, Standing
from services.stats.movement import AnyFact, HeardFact, decide
from tests.furniture import Desk, noon

TELLING, RECORD, CHECK, HANDOVER = (UUID(int=number) for number in (1, 2, 3, 4))
DAY, NEXT_DAY, EFFECTIVE = date(2021, 6, 1), date(2021, 6, 2), date(2021, 5, 28)

ACCEPTED = NotificationAccepted(notification_id=TELLING, channel=Channel.UK_CRIS, record_id=RECORD)
REFUSED = NotificationRefused(notification_id=TELLING, channel=Channel.UK_CRIS, reason=RefusalReason.NO_UK_LINK)
REFERRED = NotificationReferred(notification_id=TELLING, channel=Channel.UK_CRIS, reason=ReferralReason.AGE_UNDECIDABLE)
DUPLICATED = NotificationDuplicated(notification_id=TELLING, channel=Channel.UK_CRIS, original_id=CHECK)
HELD = NotificationHeld(notification_id=TELLING, channel=Channel.UK_CRIS, reason=HoldReason.MALFORMED)
CLOSED = RecordClosed(record_id=RECORD, reason=CloseReason.DIED)
TRANSFERRED = RecordTransferred(record_id=RECORD, handover_id=HANDOVER, force="cleveland", effective_day=EFFECTIVE)


def told(fact: AnyFact, day: date = DAY, fact_id: int = 100) -> HeardFact:
    """A fact of that day, committed at noon of it."""
    return HeardFact(fact, UUID(int=fact_id), day, noon(day))


def created(number: int) -> RecordCreated:
    return RecordCreated(record_id=UUID(int=number), cohort=Cohort.UKSO)


def closed(number: int) -> RecordClosed:
    return RecordClosed(record_id=UUID(int=number), reason=CloseReason.DIED)


def transferred(number: int, effective: date) -> RecordTransferred:
    return RecordTransferred(record_id=UUID(int=number), handover_id=HANDOVER, force="kent", effective_day=effective)


def one_a_day(facts: Iterable[AnyFact]) -> list[HeardFact]:
    """Facts told on days that follow each other."""
    return [told(fact, DAY + timedelta(days=number), 100 + number) for number, fact in enumerate(facts)]


def net(movements: Iterable[Movement]) -> dict[Entry, int]:
    """What stands after all that was taken back; what cancels is left out."""
    total: Counter[Entry] = Counter()
    for each in movements:
        total[each.entry] += each.amount
    return {entry: amount for entry, amount in total.items() if amount}


def in_batches(tellings: list[HeardFact], sizes: Iterable[int]) -> list[Movement]:
    """The ledger when the tellings come in batches of these sizes, each begun from what the ledger holds."""
    ledger: list[Movement] = []
    rest = list(tellings)
    for size in (*sizes, len(rest)):
        standing = Standing(entry for entry, amount in net(ledger).items() if amount > 0)
        ledger += [movement for each in rest[:size] for movement in decide(each, standing)]
        rest = rest[size:]
    return ledger


async def ask(stats: Desk, path: str, **params: str) -> dict[str, Any]:
    answer = await stats.http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
