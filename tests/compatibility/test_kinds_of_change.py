"""Each kind of change to a fact, tried through what `make check` runs: what may be done to a released fact, and what may not.

Backward: what was written can be read now. Forward: what is written now can be read by those who run an earlier release.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import Field

from compatibility.check import breaks
from compatibility.promise import now
from compatibility.sameness import CHANGED, GONE, MOVED, NEW
from contracts.catalogue import Order
from contracts.codes import CloseReason, Finding
from contracts.fact import Fact, Part
from contracts.identifiers import CountryCode, ForceSlug
from contracts.limits import NO_CONTROL, Day, Moment
from contracts.notifications import Conviction, NotificationReceived, Offence, Person, Reference, Sanction
from contracts.records import RecordClosed
from contracts.travel_notices import Traveller, TravelNoticeReceived
from tests.compatibility.changing import broken_by, family_of, with_changed

BACKWARD = "not all that release 0.1.0 writes can be read now"
FORWARD = "not all that is written now can be read by release 0.1.0"
INSTEAD = "Leave record-closed.v1 as it was, and put a new class with the type record-closed.v2 beside it."

ANOTHER = "one telling would not be the same to release 0.1.0 and now"

MISSING = "is needed to read it, and is not always written"


class Wider(StrEnum):
    DIED = "died"
    NOTIFICATION_PERIOD_ENDED = "notification-period-ended"
    DUPLICATE_OF_ANOTHER_RECORD = "duplicate-of-another-record"
    LEFT_REMIT = "left-remit"
    CONVICTION_QUASHED = "conviction-quashed"
    FORGOTTEN = "forgotten"


class Narrower(StrEnum):
    DIED = "died"
    NOTIFICATION_PERIOD_ENDED = "notification-period-ended"
    DUPLICATE_OF_ANOTHER_RECORD = "duplicate-of-another-record"
    LEFT_REMIT = "left-remit"


class Unchanged(Fact, type="record-closed.v1", family="records", subject="record_id"):
    record_id: UUID
    reason: CloseReason


class WithOptional(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    closed_on: date | None = None


class WithZero(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    months_managed: int = 0


class Note(Part):
    day: date
    seen: bool = False
    by: str | None


class WithNotes(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    notes: tuple[Note, ...] | None = None


class WithRequired(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    closed_on: date


class WithoutRequired(Fact, type="record-closed.v1", family="records", subject="record_id"):
    record_id: UUID


class OfAnotherType(WithoutRequired, type="record-closed.v1", family="records", subject="record_id"):
    reason: int


class WithWiderList(WithoutRequired, type="record-closed.v1", family="records", subject="record_id"):
    reason: Wider


class WithNarrowerList(WithoutRequired, type="record-closed.v1", family="records", subject="record_id"):
    reason: Narrower


class WithNull(WithoutRequired, type="record-closed.v1", family="records", subject="record_id"):
    reason: CloseReason | None


class WithDefault(WithoutRequired, type="record-closed.v1", family="records", subject="record_id"):
    reason: CloseReason = CloseReason.DIED


class InAnotherOrder(Fact, type="record-closed.v1", family="records", subject="record_id"):
    reason: CloseReason
    record_id: UUID


class AboutSomethingElse(Unchanged, type="record-closed.v1", family="records", subject="reason"):
    """The same fields, and another of them is the subject."""


CHANGES: dict[str, tuple[type[Fact], list[tuple[str, str]]]] = {
    "nothing is changed": (Unchanged, []),
    "an optional field is added": (WithOptional, []),
    "an optional field is added that is not null by default": (WithZero, [(ANOTHER, f"data.months_managed: {NEW}")]),
    "parts are added that are not null by default": (WithNotes, [(ANOTHER, f"data.notes.seen: {NEW}"), (ANOTHER, f"data.notes.by: {NEW}")]),
    "a needed field is added": (WithRequired, [(BACKWARD, f"data.closed_on: {MISSING}")]),
    "a needed field is removed": (WithoutRequired, [(FORWARD, f"data.reason: {MISSING}")]),
    "a needed field may be left out": (WithDefault, [(FORWARD, f"data.reason: {MISSING}")]),
    "a field changes its type": (
        OfAnotherType,
        [
            (BACKWARD, "data.reason: is written as string, and read as integer"),
            (FORWARD, "data.reason: is written as integer, and read as string"),
        ],
    ),
    "a field may be null": (WithNull, [(FORWARD, "data.reason: is written as null, and read as string")]),
    "fields change places": (InAnotherOrder, [(ANOTHER, f"data: {MOVED}")]),
    "a code list gets longer": (WithWiderList, [(FORWARD, "data.reason: may be 'forgotten', which the reader refuses")]),
    "a code list gets shorter": (WithNarrowerList, [(BACKWARD, "data.reason: may be 'conviction-quashed', which the reader refuses")]),
}


@pytest.mark.parametrize(("changed", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_allowed_or_named_with_its_field_its_release_and_what_to_do(
    changed: type[Fact], expected: list[tuple[str, str]]
) -> None:
    assert broken_by(with_changed(changed)) == [f"record-closed.v1: {direction}. {misfit}. {INSTEAD}" for direction, misfit in expected]


def test_the_classes_that_are_changed_here_are_those_that_were_released() -> None:
    assert list(Unchanged.model_fields) == list(RecordClosed.model_fields)
    assert [*LandsUnannounced.model_fields, "destination_force"] == list(TravelNoticeReceived.model_fields)
    assert ConvictionInAnotherOrder.model_fields.keys() == Conviction.model_fields.keys()


def test_a_fact_that_is_about_another_of_its_fields_is_named() -> None:
    (broken,) = broken_by(with_changed(AboutSomethingElse))

    assert broken == f"record-closed.v1: it is about its reason, and in release 0.1.0 about its record_id. {INSTEAD}"


def test_a_fact_that_is_gone_is_named() -> None:
    current = now()
    without = replace(current, subjects={kind: field for kind, field in current.subjects.items() if kind != "record-closed.v1"})

    assert broken_by(without) == [
        "record-closed.v1: it is gone, and release 0.1.0 says and reads it. Put its class back into the catalogue."
    ]


class ConvictionWithCourt(Conviction):
    court: str


class Notice(NotificationReceived, type="notification-received.v1", family="notifications", subject="reference"):
    conviction: ConvictionWithCourt


def test_a_change_deep_inside_a_fact_is_named_by_its_place() -> None:
    (broken,) = broken_by(with_changed(Notice))

    assert broken.startswith(
        f"notification-received.v1: {BACKWARD}. data.conviction.court: is needed to read it, and is not always written."
    )


class DeadPerson(Person):
    deceased: bool = True


class NoticeOfTheDead(NotificationReceived, type="notification-received.v1", family="notifications", subject="reference"):
    person: DeadPerson


class LandsUnannounced(Fact, type="travel-notice-received.v1", family="travel-notices", subject="reference"):
    reference: Reference
    traveller: Traveller
    landing_at: Moment
    port: Annotated[str, Field(min_length=3, max_length=4, pattern=NO_CONTROL)]


class BoundFor(LandsUnannounced, type="travel-notice-received.v1", family="travel-notices", subject="reference"):
    bound_for: ForceSlug | None = None


class ConvictionInAnotherOrder(Part):
    country: CountryCode
    decided_on: Day
    final_on: Day | None = None
    finding: Finding = Finding.CONVICTED
    transmittable: bool = True
    annulled: bool = False
    offences: tuple[Offence, ...]
    sanctions: tuple[Sanction, ...] = ()


class NoticeInAnotherOrder(Fact, type="notification-received.v1", family="notifications", subject="reference"):
    reference: Reference
    receiving_state: CountryCode
    person: Person
    conviction: ConvictionInAnotherOrder


SILENT_CHANGES: dict[str, tuple[type[Fact], str]] = {
    "another default": (NoticeOfTheDead, f"data.person.deceased: {CHANGED}"),
    "an optional field that is given up": (LandsUnannounced, f"data.destination_force: {GONE}"),
    "an optional field with another name": (BoundFor, f"data.destination_force: {GONE}"),
    "fields deep inside that change places": (NoticeInAnotherOrder, f"data.conviction: {MOVED}"),
}


@pytest.mark.parametrize(("changed", "difference"), SILENT_CHANGES.values(), ids=SILENT_CHANGES)
def test_what_no_schema_refuses_and_would_lose_or_double_what_was_told_is_named(changed: type[Fact], difference: str) -> None:
    broken = broken_by(with_changed(changed))

    assert [each.split(". Leave")[0] for each in broken] == [f"{changed.TYPE}: {ANOTHER}. {difference}"]


def test_versions_that_are_no_longer_counted_are_named() -> None:
    (broken,) = broken_by(with_changed(RecordClosed, replace(family_of(RecordClosed), order=Order.NONE)))

    assert broken.startswith(f"record-closed.v1: {FORWARD}. version: is needed to read it, and is not always written.")


def test_versions_that_nobody_counted_before_are_named() -> None:
    (broken,) = broken_by(with_changed(NotificationReceived, replace(family_of(NotificationReceived), order=Order.GAPLESS)))

    assert broken.startswith(f"notification-received.v1: {BACKWARD}. version: is needed to read it, and is not always written.")


class Numbered(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    case: int | None = None


class Named(Unchanged, type="record-closed.v1", family="records", subject="record_id"):
    case: str | None = None


def test_a_name_that_was_given_up_two_releases_ago_is_never_taken_for_something_else() -> None:
    first, second = with_changed(Numbered, version="0.8.0"), with_changed(Unchanged, version="0.9.0")
    assert [GONE in broken for broken in breaks(second, [first])] == [True]
    assert breaks(with_changed(Named), [second]) == []

    backward, forward = breaks(with_changed(Named), [first, second])

    assert "not all that release 0.8.0 writes can be read now. data.case: is written as integer, and read as string" in backward
    assert "not all that is written now can be read by release 0.8.0. data.case: is written as string" in forward


def test_the_new_type_that_is_offered_is_one_that_is_free() -> None:
    current = with_changed(WithRequired)
    taken = replace(current, subjects={**current.subjects, "record-closed.v2": "record_id"})

    assert "with the type record-closed.v3 beside it" in broken_by(taken)[0]
