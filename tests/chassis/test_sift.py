"""What becomes of each value is decided from what was heard before, whatever the order it arrives in."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.candidate import Candidate, read_value
from chassis.held import Held
from chassis.occasion import Coordinates, Occasion
from chassis.seen import Seen, Subject
from chassis.sift import ContradictionError, sift
from contracts.catalogue import BY_NAME
from contracts.codes import HoldReason
from contracts.envelope import Envelope
from tests.chassis.tellings import TOLD_AT, amended, candidate, created, declined, expected_to_travel, raw

RECORD = UUID("00000000-0000-4000-8000-000000000001")
SUBJECT = ("records.v1", str(RECORD))
NO_ONE_WAITS: set[Subject] = set()
REPLIES = "handover-replies.cleveland.v1"


@dataclass
class Reader:
    """A reader as the chassis is one: what it heard and what waits is kept from batch to batch, in memory here."""

    seen: dict[Subject, Seen] = field(default_factory=dict)
    waits: dict[Coordinates, Candidate] = field(default_factory=dict)
    handled: list[Envelope[Any]] = field(default_factory=list)
    doubles: int = 0

    def hear(self, batch: list[Candidate]) -> None:
        sifted = sift(batch, list(self.waits.values()), self.seen, NO_ONE_WAITS)
        for each in sifted.fresh:
            self.seen[each.subject] = self.seen.get(each.subject, Seen()).then(each.received.envelope.content_hash)
            self.handled.append(each.received.envelope)
            self.waits.pop(each.received.coordinates, None)
        for held in sifted.held:
            assert held.reason is HoldReason.GAP
            told = next(each for each in batch if each.received.coordinates == held.coordinates)
            self.waits[held.coordinates] = Candidate(told.received, told.raw, stored=True)
        self.doubles += sifted.doubles


@st.composite
def _batches(draw: st.DrawFn) -> tuple[list[list[Envelope[Any]]], int]:
    """Versions 1 to n of two records, each told once or more, in any order and cut into batches anywhere."""
    tellings = [
        created(record, version) if version == 1 else amended(record, version)
        for record in (RECORD, UUID(int=2))
        for version in range(1, draw(st.integers(1, 6)) + 1)
    ]
    doubles = draw(st.lists(st.sampled_from(tellings), max_size=8))
    order = draw(st.permutations(tellings + doubles))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    edges = [0, *cuts, len(order)]
    return [list(order[start:end]) for start, end in pairwise(edges)], len(doubles)


@given(_batches())
def test_every_version_is_handled_once_and_in_order_however_it_arrives(told: tuple[list[list[Envelope[Any]]], int]) -> None:
    batches, doubles = told
    reader, offset = Reader(), 0

    for batch in batches:
        reader.hear([candidate(each, offset + at) for at, each in enumerate(batch)])
        offset += len(batch)

    for record in {each.subject for each in reader.handled}:
        versions = [each.version for each in reader.handled if each.subject == record]
        assert versions == list(range(1, len(versions) + 1))
    assert {each.id for each in reader.handled} == {each.id for batch in batches for each in batch}
    assert reader.waits == {}
    assert reader.doubles == doubles


def test_a_version_told_again_with_other_content_contradicts() -> None:
    first, other = expected_to_travel(RECORD, 1, uuid4()), expected_to_travel(RECORD, 1, uuid4())
    seen = {SUBJECT: Seen().then(first.content_hash)}

    with pytest.raises(ContradictionError) as contradiction:
        sift([candidate(other, 7)], [], seen, NO_ONE_WAITS)

    assert contradiction.value.coordinates == Coordinates("records.v1", 0, 7)


def test_an_old_version_told_again_with_other_content_contradicts_too() -> None:
    history = Seen()
    for version in range(1, 6):
        history = history.then(amended(RECORD, version).content_hash)

    with pytest.raises(ContradictionError):
        sift([candidate(expected_to_travel(RECORD, 2, uuid4()), 7)], [], {SUBJECT: history}, NO_ONE_WAITS)


def test_two_contents_of_one_version_in_one_batch_contradict() -> None:
    two = [candidate(expected_to_travel(RECORD, 1, uuid4()), offset) for offset in range(2)]

    with pytest.raises(ContradictionError):
        sift(two, [], {}, NO_ONE_WAITS)


def test_a_version_that_waits_for_a_gap_contradicts_another_content_of_itself() -> None:
    waits = candidate(expected_to_travel(RECORD, 3, uuid4()), 5, stored=True)

    with pytest.raises(ContradictionError):
        sift([candidate(expected_to_travel(RECORD, 3, uuid4()), 7)], [waits], {}, NO_ONE_WAITS)


def test_what_waits_for_its_order_contradicts_another_content_of_itself_too() -> None:
    asked_about = replace(candidate(amended(RECORD, 3), 5, stored=True), asked_about=True)

    with pytest.raises(ContradictionError):
        sift([candidate(expected_to_travel(RECORD, 3, uuid4()), 7)], [asked_about], {}, NO_ONE_WAITS)


def test_a_contradiction_shows_behind_a_held_telling_too() -> None:
    seen = {SUBJECT: Seen().then(created(RECORD).content_hash)}

    with pytest.raises(ContradictionError):
        sift([candidate(expected_to_travel(RECORD, 1, uuid4()), 7)], [], seen, {SUBJECT})


@pytest.mark.parametrize("waiting", [NO_ONE_WAITS, {SUBJECT}])
def test_a_version_that_is_held_contradicts_another_content_of_itself_and_not_its_own(waiting: set[Subject]) -> None:
    first, other = expected_to_travel(RECORD, 1, uuid4()), expected_to_travel(RECORD, 1, uuid4())
    held = {(SUBJECT, 1): first.content_hash}

    with pytest.raises(ContradictionError):
        sift([candidate(other, 7)], [], {}, waiting, held)

    sifted = sift([candidate(first, 7)], [], {}, waiting, held)
    assert len(sifted.fresh) + len(sifted.held) == 1


def test_two_contents_of_one_version_behind_a_held_telling_contradict_in_one_batch_too() -> None:
    two = [candidate(expected_to_travel(RECORD, 2, uuid4()), offset) for offset in range(2)]

    with pytest.raises(ContradictionError):
        sift(two, [], {}, {SUBJECT})


def test_a_version_of_an_unknown_type_and_of_a_known_one_contradict() -> None:
    unknown = _read(amended(RECORD, 2).to_bytes().replace(b"record-amended.v1", b"record-merged.v1"))

    with pytest.raises(ContradictionError):
        sift([candidate(created(RECORD), 0), unknown, candidate(amended(RECORD, 2), 2)], [], {}, NO_ONE_WAITS)


def test_where_no_order_is_kept_nothing_contradicts() -> None:
    handover = uuid4()
    told = [declined(handover).model_copy(update={"version": 1, "time": TOLD_AT + timedelta(days=day)}) for day in range(2)]

    sifted = sift([candidate(each, offset, topic=REPLIES) for offset, each in enumerate(told)], [], {}, {(REPLIES, str(handover))})

    assert len(sifted.held) == 2


def test_what_was_carried_again_under_another_id_and_time_is_only_a_double() -> None:
    first = created(RECORD)
    again = first.model_copy(update={"id": uuid4(), "recordedtime": datetime(2021, 7, 16, tzinfo=UTC)})

    sifted = sift([candidate(again, 7)], [], {SUBJECT: Seen().then(first.content_hash)}, NO_ONE_WAITS)

    assert (sifted.fresh, sifted.held, sifted.doubles) == ([], [], 1)


def test_later_tellings_of_a_record_wait_behind_a_held_one_and_others_flow() -> None:
    behind, other = candidate(amended(RECORD, 3), 7), candidate(created(UUID(int=2)), 8)

    sifted = sift([behind, other], [], {SUBJECT: Seen().then(created(RECORD).content_hash)}, {SUBJECT})

    assert sifted.fresh == [other]
    assert [(held.reason, held.coordinates.offset) for held in sifted.held] == [(HoldReason.AFTER_POISON, 7)]


def test_a_double_behind_a_held_telling_is_dropped_and_not_held() -> None:
    first = created(RECORD)

    sifted = sift([candidate(first, 7)], [], {SUBJECT: Seen().then(first.content_hash)}, {SUBJECT})

    assert (sifted.held, sifted.doubles) == ([], 1)


def test_where_no_order_is_kept_everything_passes_as_often_as_it_is_told() -> None:
    answer = declined(uuid4())
    twice = [candidate(answer, offset, topic="handover-replies.cleveland.v1") for offset in range(2)]

    sifted = sift(twice, [], {}, NO_ONE_WAITS)

    assert sifted.fresh == twice
    assert sifted.doubles == 0


def _read(value: bytes | None, key: bytes | None = b"key", topic: str = "records.v1") -> Candidate | Held:
    return read_value(BY_NAME[topic], raw(value, 3, topic=topic, key=key), Coordinates(topic, 0, 3), lambda _: Occasion(TOLD_AT))


def test_where_no_order_is_kept_what_follows_one_of_an_unknown_type_about_its_subject_waits_and_what_came_before_does_not() -> None:
    answer, other = declined(uuid4()), declined(uuid4())
    unknown = _read(answer.to_bytes().replace(b"force-declined.v1", b"force-hesitates.v1"), topic=REPLIES)
    before, after, beside = (candidate(each, offset, topic=REPLIES) for offset, each in enumerate((answer, answer, other)))

    sifted = sift([before, unknown, after, beside], [], {}, NO_ONE_WAITS)

    assert sifted.fresh == [before, beside]
    assert [held.reason for held in sifted.held] == [HoldReason.UNKNOWN_TYPE, HoldReason.AFTER_POISON]


def test_where_versions_are_counted_what_follows_one_of_an_unknown_type_waits_for_its_version() -> None:
    unknown = _read(amended(RECORD, 2).to_bytes().replace(b"record-amended.v1", b"record-merged.v1"))

    sifted = sift([candidate(created(RECORD), 0), unknown, candidate(amended(RECORD, 3), 2)], [], {}, NO_ONE_WAITS)

    assert [held.reason for held in sifted.held] == [HoldReason.UNKNOWN_TYPE, HoldReason.GAP]


INNER = st.none() | st.integers() | st.text()
JSON = st.recursive(INNER, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(json.dumps)


@given(st.none() | st.binary() | st.text().map(str.encode) | JSON.map(str.encode))
def test_no_value_whatever_breaks_the_reader(value: bytes | None) -> None:
    read = _read(value)

    assert isinstance(read, Held)
    assert read.reason in {HoldReason.MALFORMED, HoldReason.UNKNOWN_TYPE}
    assert read.raw.value == value


def test_a_telling_without_a_key_is_malformed() -> None:
    read = _read(created(RECORD).to_bytes(), key=None)

    assert isinstance(read, Held)
    assert read.reason is HoldReason.MALFORMED
    assert read.complaint == "no key: this topic is keyed by record_id"


def test_a_type_of_a_later_release_is_told_apart_from_what_is_malformed() -> None:
    read = _read(created(RECORD).to_bytes().replace(b"record-created.v1", b"record-merged.v1"))

    assert isinstance(read, Held)
    assert read.reason is HoldReason.UNKNOWN_TYPE
