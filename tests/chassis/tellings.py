"""Tellings as tests need them: only what matters in a test is said there."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.candidate import Candidate
from chassis.occasion import Coordinates, Occasion, Received
from chassis.originals import Original, Raw
from contracts.catalogue import BY_NAME, topic_of
from contracts.codes import Breakdown, Channel, Cohort, DeclineReason, FigureStatus, Statistic
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.handover_replies import ForceDeclined
from contracts.notifications import NotificationReceived
from contracts.records import RecordAmended, RecordCreated, TravelExpected
from contracts.statistics import MeasureUpdated, figure_of

TOLD_AT = datetime(2021, 7, 15, 12, tzinfo=UTC)
UK_CRIS = "notifications.uk-cris.v1"


def envelope(fact: Fact, version: int | None, *, told_at: datetime = TOLD_AT, source: str | None = None) -> Envelope[Any]:
    """That fact as its owner tells it."""
    return Envelope(
        id=uuid4(), source=source or topic_of(fact).source, type=fact.TYPE, subject=fact.subject, time=told_at,
        recordedtime=told_at, version=version, data=fact,
    )  # fmt: skip


def created(record_id: UUID, version: int = 1, *, told_at: datetime = TOLD_AT) -> Envelope[Any]:
    return envelope(RecordCreated(record_id=record_id, cohort=Cohort.UKSO), version, told_at=told_at)


def amended(record_id: UUID, version: int) -> Envelope[Any]:
    return envelope(RecordAmended(record_id=record_id), version)


def expected_to_travel(record_id: UUID, version: int, travel_id: UUID) -> Envelope[Any]:
    """A fact whose content differs with `travel_id`, so that one version can be told with two contents."""
    fact = TravelExpected(record_id=record_id, travel_id=travel_id, landing_day=TOLD_AT.date(), force=None)
    return envelope(fact, version)


def other_content(record_id: UUID) -> Envelope[Any]:
    """The first version of a record, not as it was created."""
    return expected_to_travel(record_id, 1, uuid4())


def total(value: int, period: str = "2021-07") -> MeasureUpdated:
    """A figure, on the one topic where the latest replaces what was told before."""
    name = figure_of(Statistic.CREATED, period, Breakdown.NATIONAL)
    return MeasureUpdated(
        figure=name, measure=Statistic.CREATED, period=period, breakdown=Breakdown.NATIONAL, value=value, known=TOLD_AT,
        status=FigureStatus.PROVISIONAL, break_in_series=False,
    )  # fmt: skip


def figure(value: int, version: int, period: str = "2021-07") -> Envelope[Any]:
    return envelope(total(value, period), version)


def declined(handover_id: UUID) -> Envelope[Any]:
    """What a force answers, on a topic that keeps no order. Only where it is told says which force."""
    fact = ForceDeclined(handover_id=handover_id, reason=DeclineReason.NOT_IN_OUR_AREA)
    return Envelope(id=uuid4(), source="/forces/cleveland", type=fact.TYPE, subject=fact.subject, time=TOLD_AT, data=fact)


def told_by_uk_cris(fact: NotificationReceived, nr: int) -> bytes:
    told: Envelope[NotificationReceived] = Envelope(
        id=UUID(int=nr), source=f"/feeds/{Channel.UK_CRIS}", type=fact.TYPE, subject=fact.subject, time=TOLD_AT, data=fact
    )
    return told.to_bytes()


def raw(value: bytes | None, offset: int, *, topic: str = "records.v1", key: bytes | None = b"key") -> Raw:
    """A value as a broker gives it."""
    return Original(topic, 0, offset, key, value, ())


def candidate(told: Envelope[Any], offset: int, *, topic: str = "records.v1", stored: bool = False) -> Candidate:
    """That telling as it is heard at that offset; `stored` if it waited for a gap to close."""
    heard = Received(told.data, told, BY_NAME[topic], Coordinates(topic, 0, offset), Occasion(TOLD_AT, told.id))
    return Candidate(heard, raw(told.to_bytes(), offset, topic=topic), stored=stored)
