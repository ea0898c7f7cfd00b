"""Who hears a field before it knows it, and hears it again once it does, has heard one telling twice: a double, no contradiction."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.candidate import Candidate
from chassis.seen import HASH_BYTES, Seen, Subject
from chassis.sift import ContradictionError, sift
from compatibility.promise import folder
from contracts import wire
from contracts.codes import CloseReason
from contracts.envelope import Envelope
from contracts.fact import Fact, Part
from contracts.generate import ROOT
from contracts.records import RecordClosed
from tests.chassis.tellings import candidate, envelope
from tests.contracts.golden import bytes_of, example, kinds, topic_for

CLOSED: dict[str, Any] = example("record-closed.v1")["data"]
RECORD = {"record_id": CLOSED["record_id"]}


class Officer(Part):
    collar: str


class OfficerWithRank(Officer):
    rank: str | None = None


class WithMore(RecordClosed, type="record-closed.v1", family="records", subject="record_id"):
    closed_on: date | None = None
    officers: tuple[Officer, ...] | None = None


class WithMoreOfEach(WithMore, type="record-closed.v1", family="records", subject="record_id"):
    officers: tuple[OfficerWithRank, ...] | None = None
    desk: str | None = None


class WithOneBetween(Fact, type="record-closed.v1", family="records", subject="record_id"):
    at: date | None = None
    record_id: UUID
    closed_on: date | None = None
    reason: CloseReason


ON = {"closed_on": "2031-06-01"}
QUASHED = {"reason": "conviction-quashed"}
RANKED = {"officers": [{"collar": "1234", "rank": "sergeant"}, {"collar": "77", "rank": None}]}

HEARD_TWICE: dict[str, tuple[type[Fact], type[Fact], dict[str, Any]]] = {
    "a field at the end": (RecordClosed, WithMore, CLOSED | ON),
    "several fields, with parts of their own": (RecordClosed, WithMoreOfEach, CLOSED | ON | RANKED | {"desk": "north"}),
    "a field within a part": (WithMore, WithMoreOfEach, CLOSED | ON | RANKED),
    "fields before and between": (RecordClosed, WithOneBetween, {"at": "2031-05-31"} | RECORD | ON | CLOSED),
    "a field that tells nothing": (RecordClosed, WithMore, CLOSED | {"closed_on": None, "officers": None}),
    "a field that was given up": (WithMore, RecordClosed, CLOSED | ON),
    "text, as its writer put it": (RecordClosed, WithMoreOfEach, CLOSED | {"desk": 'Åberg "nord" \u2028/\t<&>'}),
}


def _heard(fact: type[Fact], data: dict[str, Any], offset: int = 0) -> Candidate:
    """That telling as a release reads it whose class of the type is this."""
    told: Envelope[Any] = Envelope[fact].received(bytes_of(example("record-closed.v1") | {"data": data}))  # type: ignore[valid-type]  # the class is chosen where it runs
    return candidate(told, offset)


def _after(heard: Candidate) -> dict[Subject, Seen]:
    """What is kept of having heard it, and all before it."""
    return {heard.subject: Seen(heard.version - 1, bytes(HASH_BYTES * (heard.version - 1))).then(heard.received.envelope.content_hash)}


@pytest.mark.parametrize(("earlier", "later", "data"), HEARD_TWICE.values(), ids=HEARD_TWICE)
def test_what_was_heard_by_one_release_is_a_double_to_another(earlier: type[Fact], later: type[Fact], data: dict[str, Any]) -> None:
    sifted = sift([_heard(later, data, 7)], [], _after(_heard(earlier, data)), set())

    assert (sifted.fresh, sifted.held, sifted.doubles) == ([], [], 1)


@pytest.mark.parametrize("fact", [RecordClosed, WithMore])
@pytest.mark.parametrize("other", [CLOSED, CLOSED | {"closed_on": "2031-06-02"}, CLOSED | ON | RANKED, CLOSED | ON | QUASHED])
def test_other_content_contradicts_whoever_knows_the_field(fact: type[Fact], other: dict[str, Any]) -> None:
    with pytest.raises(ContradictionError):
        sift([_heard(fact, other, 7)], [], _after(_heard(RecordClosed, CLOSED | ON)), set())


@pytest.mark.parametrize("kind", kinds())
def test_what_is_not_known_changes_no_hash_of_what_is(kind: str) -> None:
    """Databases hold hashes of the first release, which were made of what it knew."""
    told = example(kind)
    known = wire.decode(topic_for(told), bytes_of(told))

    more = wire.decode(topic_for(told), bytes_of(told | {"data": {**told["data"], "zzz": 1, "nothing": None}}))

    assert more._as_received == known.data.model_dump_json(exclude_defaults=True)[:-1].encode() + b',"zzz":1}'  # noqa: SLF001 - what is hashed
    assert more.content_hash != known.content_hash
    assert more.data == known.data


RELEASED = [
    (version.name, kind, kept)
    for version in sorted(folder(ROOT).iterdir())
    for kind, kept in json.loads((version / "promise.json").read_text(encoding="utf-8"))["hashes"].items()
]


@pytest.mark.parametrize(("version", "kind", "kept"), RELEASED)
def test_what_a_release_said_has_the_hash_that_it_had(version: str, kind: str, kept: str) -> None:
    told = (folder(ROOT) / version / "examples" / f"{kind}.json").read_bytes()

    assert wire.decode(topic_for(json.loads(told)), told).content_hash.hex() == kept


def test_a_notification_with_something_unknown_is_another_one_and_with_nothing_the_same() -> None:
    told = example("notification-received.v1")
    person = told["data"]["person"]

    with_more, without = (
        wire.decode(topic_for(told), bytes_of(told | {"data": told["data"] | {"person": person | more}}))
        for more in ({"eye_colour": "green"}, {"eye_colour": None})
    )

    assert with_more.data_hash != without.data_hash
    assert without.data_hash == wire.decode(topic_for(told), bytes_of(told)).data_hash


def test_what_a_later_release_says_is_kept_by_it_under_the_hash_under_which_it_is_heard_here() -> None:
    fact = WithMore(record_id=UUID(CLOSED["record_id"]), reason=CloseReason.DIED, closed_on=date(2031, 6, 1))
    said = envelope(fact, version=3)

    assert Envelope[RecordClosed].received(said.to_bytes()).content_hash == said.content_hash
