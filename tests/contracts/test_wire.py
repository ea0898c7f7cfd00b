"""What cannot be read is refused with a reason that repeats nothing of what was told."""

import json

import pytest

from contracts import wire
from contracts.catalogue import BY_NAME
from tests.contracts.golden import altered, bytes_of, example, topic_of

SOMEBODY = "Penelope Quartermaine"
NOTICE = "notification-received.v1"
DECISION = "notification-refused.v1"


def _notice_with(**data: object) -> bytes:
    return altered(NOTICE, data=example(NOTICE)["data"] | data)


def _person_with(**fields: object) -> bytes:
    return _notice_with(person=example(NOTICE)["data"]["person"] | fields)


def _conviction_with(**fields: object) -> bytes:
    return _notice_with(conviction=example(NOTICE)["data"]["conviction"] | fields)


UNREADABLE = {
    "not JSON": SOMEBODY.encode(),
    "empty": b"",
    "cut short": altered(NOTICE)[:-20],
    "not UTF-8": altered(NOTICE).replace(b"Specimen", b"\xff\xfe"),
    "half a surrogate pair": altered(NOTICE).replace(b"Specimen", rb"\ud83d"),
    "a list": bytes_of([SOMEBODY]),
    "too deep": b'{"type":' + b"[" * 100_000,
    "no type": altered(NOTICE, type=None),
    "type of another kind": altered(NOTICE, type=[SOMEBODY]),
    "another specversion": altered(NOTICE, specversion=SOMEBODY),
    "an id that is no UUID": altered(NOTICE, id=SOMEBODY),
    "a time without offset": altered(NOTICE, time="2021-06-08T10:14:09"),
    "a time at the end of the calendar": altered(NOTICE, time="9999-12-31T23:59:59-14:00"),
    "no data": altered(NOTICE, data=None),
    "data of another kind": altered(NOTICE, data=SOMEBODY),
    "another data content type": altered(NOTICE, datacontenttype=SOMEBODY),
    "a line break in the subject": altered(NOTICE, subject=f"{SOMEBODY}\n"),
    "a subject that its data does not have": altered(NOTICE, subject=SOMEBODY),
    "a trace of no known form": altered(NOTICE, traceparent=SOMEBODY),
    "a country that does not exist": _notice_with(receiving_state=SOMEBODY),
    "a NUL in a name": _person_with(surname=f"{SOMEBODY}\0"),
    "a name of another kind": _person_with(surname={SOMEBODY: SOMEBODY}),
    "a sex not in the list": _person_with(sex=SOMEBODY),
    "a birth date that is no date": _person_with(birth_date=SOMEBODY),
    "a PNC ID of no known form": _person_with(identifiers=[{"kind": "pnc", "value": SOMEBODY}]),
    "a day not on the calendar": _conviction_with(decided_on="2021-02-30"),
    "a day at the end of the calendar": _conviction_with(decided_on="9999-12-31"),
    "an offence of no category": _conviction_with(offences=[{"category": SOMEBODY}]),
    "a sentence of minus one month": _conviction_with(sanctions=[{"disposal": "imprisonment", "months": -1}]),
}


@pytest.mark.parametrize("value", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_without_being_repeated(value: bytes) -> None:
    with pytest.raises(wire.UnreadableError) as refusal:
        wire.decode(topic_of(NOTICE), value)

    assert str(refusal.value)
    assert SOMEBODY not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_a_tombstone_is_refused() -> None:
    with pytest.raises(wire.UnreadableError, match="empty value"):
        wire.decode(topic_of(NOTICE), None)


@pytest.mark.parametrize("kind", ["notification-received.v2", DECISION])
def test_a_type_that_this_topic_does_not_carry_is_told_apart_from_a_broken_value(kind: str) -> None:
    with pytest.raises(wire.UnknownTypeError, match="not one this topic is known to carry"):
        wire.decode(topic_of(NOTICE), altered(NOTICE, type=kind))


def _unknown(kind: str, **changed: object) -> wire.UnknownTypeError:
    with pytest.raises(wire.UnknownTypeError) as unknown:
        wire.decode(topic_of(kind), altered(kind, type="of-a-later-year.v1", **changed))
    return unknown.value


def test_of_an_unknown_type_it_is_known_whom_it_is_about_where_its_topic_keeps_no_order() -> None:
    unknown = _unknown(NOTICE, version=7)

    assert (unknown.subject, unknown.version) == (example(NOTICE)["subject"], None)


def test_of_an_unknown_type_subject_and_version_are_known_where_its_topic_counts_them() -> None:
    unknown = _unknown(DECISION)

    assert (unknown.subject, unknown.version) == (example(DECISION)["subject"], example(DECISION)["version"])


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (NOTICE, {"subject": "x\0"}), (NOTICE, {"subject": ""}), (NOTICE, {"subject": ["x"]}), (NOTICE, {"subject": "x" * 201}),
        (NOTICE, {"subject": None}), (NOTICE, {"source": "/feeds/norway"}), (DECISION, {"version": None}), (DECISION, {"version": 2**31}),
        (DECISION, {"subject": "no id of ours"}), ("measure-updated.v1", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_said_of_an_unknown_type_is_not_guessed(kind: str, changed: dict[str, object]) -> None:
    unknown = _unknown(kind, **changed)

    assert (unknown.subject, unknown.version) == (None, None)


def test_an_unknown_type_is_not_asked_for_any_other_attribute() -> None:
    with pytest.raises(wire.UnknownTypeError):
        wire.decode(topic_of(NOTICE), bytes_of({"type": "notification-merged.v7", "shape": "of a later year"}))


@pytest.mark.parametrize("source", ["/feeds/norway", "/records", "/feeds/interpol/", SOMEBODY])
def test_a_telling_from_another_source_is_refused(source: str) -> None:
    with pytest.raises(wire.UnreadableError, match="source: must be /feeds/interpol") as refusal:
        wire.decode(topic_of(NOTICE), altered(NOTICE, source=source))

    assert SOMEBODY not in str(refusal.value)


def test_one_force_cannot_answer_on_the_topic_of_another() -> None:
    kind = "force-accepted.v1"

    with pytest.raises(wire.UnreadableError, match="source: must be /forces/durham"):
        wire.decode(BY_NAME["handover-replies.durham.v1"], altered(kind))


@pytest.mark.parametrize("version", [None, 0, -1, 2**31, "one"])
def test_a_topic_that_keeps_an_order_needs_a_version(version: object) -> None:
    with pytest.raises(wire.UnreadableError, match="version"):
        wire.decode(topic_of(DECISION), altered(DECISION, version=version))


def test_no_service_answers_for_another_that_it_is_at_rest() -> None:
    with pytest.raises(wire.UnreadableError, match="source: must be /intel"):
        wire.decode(BY_NAME["quiet.intel.v1"], altered("quiet.v1"))


def test_what_a_later_writer_adds_is_not_looked_at() -> None:
    told = json.loads(_person_with(eye_colour="green")) | {"partitionkey": "x"}

    envelope = wire.decode(topic_of(NOTICE), bytes_of(told))

    assert envelope.data == wire.decode(topic_of(NOTICE), altered(NOTICE)).data


def test_a_refusal_names_the_place_and_the_rule() -> None:
    value = _person_with(identifiers=[{"kind": "pnc", "value": "2012/0052494O"}])

    with pytest.raises(wire.UnreadableError, match=r"data\.person\.identifiers\.0\.value: pnc_id_check_letter"):
        wire.decode(topic_of(NOTICE), value)


def test_two_spellings_of_one_pnc_id_are_the_same_content() -> None:
    short = _person_with(identifiers=[{"kind": "pnc", "value": "81/34U"}])
    canonical = _person_with(identifiers=[{"kind": "pnc", "value": "1981/0000034U"}])

    tellings = [wire.decode(topic_of(NOTICE), value) for value in (short, canonical)]

    assert tellings[0].content_hash == tellings[1].content_hash
