"""What is set aside comes back as it was, byte for byte; what was heard is remembered, version by version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from chassis import gaps, held, seen
from chassis.database import open_pool
from chassis.held import Held
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Original, Raw, pack, take_up
from chassis.seen import Seen
from chassis.settings import Settings
from contracts.catalogue import BY_NAME
from contracts.codes import HoldReason
from tests.chassis.tellings import TOLD_AT, amended, created
from tests.conftest import FreshDatabase

LATER = TOLD_AT + timedelta(days=1)
HEADERS = (
    ("traceparent", b"\xff\xfe\x00"),
    ("nothing", None),
    ("nothing", b""),
    ("", b"a header without a name"),
    ("a\0name", b"\0"),
    ("ein Schlüssel", "ein Wert: ß".encode()),
)


def _set_aside(raw: Raw, reason: HoldReason, subject: UUID | None = None, version: int | None = None) -> Held:
    coordinates = Coordinates(raw.topic, raw.partition, raw.offset)
    return Held(reason, "why", BY_NAME[raw.topic], coordinates, Occasion(TOLD_AT), raw, None if subject is None else str(subject), version)


def _settings(url: str) -> Settings:
    return Settings(database_url=SecretStr(url), api_token=SecretStr("-"))


@pytest.mark.parametrize("headers", [(), HEADERS])
async def test_headers_come_back_as_they_were(database: FreshDatabase, headers: Sequence[tuple[str, bytes | None]]) -> None:
    raw = Original("records.v1", 3, 5, b"\x00key", b"\xff", tuple(headers))

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await held.keep(tx, None, [_set_aside(raw, HoldReason.MALFORMED)])
        row = await tx.fetchrow("select * from held")

    assert row is not None
    assert take_up(None, Coordinates(row["topic"], row["partition"], row["offset"]), row["original"]) == raw


def test_originals_are_kept_in_letters_that_any_database_takes() -> None:
    assert pack(Original("records.v1", 0, 0, b"\xff", b"\x00", HEADERS)).isascii()


async def test_no_key_and_no_value_are_kept_as_none(database: FreshDatabase) -> None:
    empty = Original("records.v1", 0, 5, None, None, ())

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await held.keep(tx, None, [_set_aside(empty, HoldReason.MALFORMED)])
        kept = await tx.fetchval("select original from held")

    assert take_up(None, Coordinates("records.v1", 0, 5), kept) == empty


async def test_two_tellings_at_one_offset_of_a_topic_made_again_are_both_held(database: FreshDatabase) -> None:
    first, second = (Original("records.v1", 0, 5, b"key", value, ()) for value in (b"first", b"second"))

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await held.keep(tx, None, [_set_aside(first, HoldReason.MALFORMED)])
        await held.keep(tx, None, [_set_aside(second, HoldReason.MALFORMED)])
        kept = [row["original"] for row in await tx.fetch("select original from held")]

    assert {take_up(None, Coordinates("records.v1", 0, 5), each) for each in kept} == {first, second}


async def test_what_is_heard_again_where_it_lay_is_held_once_for_what_it_was_held_for_first(database: FreshDatabase) -> None:
    record = uuid4()
    raw = Original("records.v1", 0, 5, b"key", created(record).to_bytes(), ())
    first = _set_aside(raw, HoldReason.POISON, record, 1)
    again = replace(_set_aside(raw, HoldReason.AFTER_POISON, record, 1), complaint="it stands behind itself", occasion=Occasion(LATER))

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await held.keep(tx, None, [first])
        before = await tx.fetch("select * from held")
        await held.keep(tx, None, [again])
        after = await tx.fetch("select * from held")

    assert first.held_id == again.held_id
    assert [(row["reason"], row["complaint"], row["held_at"]) for row in after] == [("poison", "why", TOLD_AT)]
    assert after == before


async def test_only_what_failed_or_stands_behind_it_makes_later_tellings_wait(database: FreshDatabase) -> None:
    subjects = {reason: uuid4() for reason in HoldReason}
    rows = [
        _set_aside(Original("records.v1", 0, offset, b"", b"", ()), reason, subject, 1)
        for offset, (reason, subject) in enumerate(subjects.items())
    ]

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await held.keep(tx, None, rows)
        standing = await held.standing(tx, None, [("records.v1", str(each)) for each in (*subjects.values(), uuid4())])
        elsewhere = await held.standing(tx, None, [("checks.v1", str(each)) for each in subjects.values()])

    first = {HoldReason.POISON, HoldReason.AFTER_POISON}
    assert standing == {("records.v1", str(subject)): reason in first for reason, subject in subjects.items()}
    assert elsewhere == {}


async def test_what_waits_for_a_gap_is_taken_up_with_its_coordinates_and_then_forgotten(database: FreshDatabase) -> None:
    record = uuid4()
    late, unreadable = amended(record, 3), b"what an older release took for a telling"
    rows = [
        _set_aside(Original("records.v1", 2, 7, b"key", late.to_bytes(), HEADERS), HoldReason.GAP, record, 3),
        _set_aside(Original("records.v1", 2, 8, b"key", unreadable, ()), HoldReason.GAP, record, 4),
        _set_aside(Original("records.v1", 2, 9, b"key", late.to_bytes(), ()), HoldReason.AFTER_POISON, record, 5),
    ]

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx, tx.transaction():
        await held.keep(tx, None, rows)
        taken = await gaps.read(tx, None, [("records.v1", str(record))], lambda _: Occasion(TOLD_AT))
        await held.forget(tx, [each.received.held_id for each in taken if each.received.held_id])
        left = [row["offset"] for row in await tx.fetch('select "offset" from held order by 1')]

    assert [(each.received.envelope, each.received.coordinates, each.stored) for each in taken] == [
        (late, Coordinates("records.v1", 2, 7), True)
    ]
    assert taken[0].raw.headers == HEADERS
    assert left == [8, 9]


async def test_how_far_a_record_was_heard_is_remembered_with_the_content_of_every_version(database: FreshDatabase) -> None:
    record = uuid4()
    first, second = created(record), amended(record, 2)
    subject = ("records.v1", str(record))

    async with open_pool(_settings((await database("intel")).url), "test") as pool, pool.acquire() as tx:
        await seen.write(tx, {subject: Seen().then(first.content_hash)})
        found = (await seen.read(tx, [subject]))[subject]
        await seen.write(tx, {subject: found.then(second.content_hash)})
        again = (await seen.read(tx, [subject, ("checks.v1", str(record))]))[subject]

    assert again.version == 2
    assert again.holds(1, first.content_hash)
    assert again.holds(2, second.content_hash)
    assert not again.holds(2, first.content_hash)
