"""Every value ends once, handled or held with its original bytes, in every way that a value can be wrong."""

from uuid import uuid4

from chassis.room import Room
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.tellings import created
from tests.waiting import until


def _value() -> bytes:
    return created(uuid4()).to_bytes()


WRONG: dict[str, tuple[bytes | None, bytes | None]] = {
    "not JSON": (b'{"id": ', b"key"),
    "not text": (b"\xff\xfe\x00", b"key"),
    "not an envelope": (b"[1, 2]", b"key"),
    "not the fact": (_value().replace(b"ukso", b"nobody"), b"key"),
    "no version": (_value().replace(b'"version":1,', b""), b"key"),
    "not from its owner": (_value().replace(b'"/records"', b'"/intruder"'), b"key"),
    "no value": (None, b"key"),
    "an empty value": (b"", b"key"),
    "no key": (_value(), None),
    "an unknown type": (_value().replace(b"record-created.v1", b"record-merged.v1"), b"key"),
}

HEADERS: list[list[tuple[str, bytes | None]]] = [
    [("traceparent", b"\xff\xfe")],
    [("content-type", None)],
    [("x", b""), ("x", b"twice")],
    [("a\0name", b"\0")],
]


async def _ended(house: House, number: int) -> None:
    async def all_of_them() -> bool:
        return len(await house.effects()) + len(await house.held()) >= number

    await until(all_of_them, f"{number} values are handled or held")


async def test_each_wrong_value_is_held_once_with_its_bytes_and_the_others_are_handled(house: FreshHouse) -> None:
    intel, witness = await house("intel"), Witness()
    around = [created(uuid4()) for _ in WRONG]
    lying = {}
    for fine, (complaint, (value, key)) in zip(around, WRONG.items(), strict=True):
        await intel.tell(fine)
        lying[complaint] = await intel.tell_raw(value, key=key, headers=[("x", b"\xff"), ("y", None)])

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await _ended(intel, len(around) + len(WRONG))

    held = await intel.held()
    assert sorted(await intel.effects()) == sorted(each.id for each in around)
    assert held.keys() == set(lying.values())
    for complaint, (value, key) in WRONG.items():
        kept = held[lying[complaint]]
        assert (kept["value"], kept["key"], kept["headers"]) == (value, key, (("x", b"\xff"), ("y", None)))
        assert kept["reason"] == ("unknown-type" if complaint == "an unknown type" else "malformed")


async def test_a_valid_value_is_handled_whatever_its_headers(house: FreshHouse) -> None:
    intel, witness = await house("intel"), Witness()
    told = [created(uuid4()) for _ in HEADERS]
    for each, headers in zip(told, HEADERS, strict=True):
        await intel.tell_raw(each.to_bytes(), key=each.subject.encode(), headers=headers)

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await _ended(intel, len(told))

    assert sorted(await intel.effects()) == sorted(each.id for each in told)
    assert await intel.held() == {}


async def test_a_wrong_value_is_held_with_any_headers_that_kafka_takes(house: FreshHouse) -> None:
    intel, witness = await house("intel"), Witness()
    lying = [await intel.tell_raw(b"no JSON", headers=headers) for headers in HEADERS]

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await _ended(intel, len(lying))

    held = await intel.held()
    assert [held[at]["headers"] for at in lying] == [tuple(headers) for headers in HEADERS]


async def test_a_complaint_repeats_nothing_of_what_was_told(house: FreshHouse) -> None:
    intel, witness = await house("intel"), Witness()
    await intel.tell_raw(_value().replace(b"ukso", b"Penelope Quartermaine"))

    async with intel.opened(Room("intel", {"records": witness.hear})):
        await _ended(intel, 1)

    assert [each["complaint"] for each in (await intel.held()).values()] == ["data.cohort: enum"]
