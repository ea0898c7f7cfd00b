"""What is personal is set aside sealed, found again by what nobody can read, and opened by the keys it was sealed under alone."""

from base64 import b64encode
from dataclasses import replace
from uuid import UUID

import pytest
from pydantic import SecretStr

from chassis.database import Transaction, open_pool
from chassis.occasion import Batch
from chassis.originals import keep, subject_of, take_up
from chassis.room import Room
from chassis.settings import Settings
from chassis.vault import ForeignKeysError, check_keys
from contracts.catalogue import BY_NAME
from tests.builders import a_notification
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, nothing
from tests.chassis.tellings import UK_CRIS, candidate, declined, raw, told_by_uk_cris
from tests.conftest import FreshDatabase
from tests.keys import KEYS, VAULT
from tests.waiting import until
from trust.vault import KeysVault

OTHERS = (
    KeysVault(replace(KEYS, key_encryption_key=b"o" * 32)),
    KeysVault(replace(KEYS, lookup_key=b"o" * 32)),
    KeysVault(replace(KEYS, version=2)),
)


async def _cannot(_batch: Batch, _tx: Transaction) -> None:
    message = "this one cannot be borne"
    raise ValueError(message)


def _room() -> Room:
    return Room("records", {"notifications": _cannot, "travel-notices": nothing, "handovers": nothing}, vault=VAULT)


def _in_base64(word: str) -> set[str]:
    """How a word looks in base64 wherever it may begin, without the letters that its neighbours decide on."""
    return {b64encode(b"?" * shift + word.encode()).decode()[4 if shift else 0 :][:6] for shift in range(3)}


async def _all_held(records: House, number: int) -> None:
    async def as_many() -> bool:
        return len(await records.held(VAULT)) == number

    await until(as_many, f"{number} values are held")


@pytest.mark.kafka
async def test_what_is_held_of_a_personal_topic_stands_nowhere_readable_and_comes_back_byte_for_byte(house: FreshHouse) -> None:
    records, headers = await house("records"), (("Canary", b"CANARY"), ("nothing", None))
    told = [b"CANARY is no JSON", told_by_uk_cris(a_notification("CANARY-1"), 1), told_by_uk_cris(a_notification("CANARY-1"), 2)]
    lying = [await records.tell_raw(each, key=b"CANARY-1", headers=headers, topic=UK_CRIS) for each in told]

    async with records.opened(_room()):
        await _all_held(records, 3)

    held = await records.held(VAULT)
    assert {at: held[at]["value"] for at in held} == dict(zip(lying, told, strict=True))
    assert {(each["key"], each["headers"]) for each in held.values()} == {(b"CANARY-1", headers)}
    assert [held[at]["reason"] for at in lying] == ["malformed", "poison", "after-poison"]
    assert held[lying[1]]["subject"] == held[lying[2]]["subject"] is not None
    rows = [str(dict(row)) for row in await records.owner.fetch("select * from held")]
    assert not any(letters in row for row in rows for letters in ("CANARY", "Canary", *_in_base64("CANARY"), '"value"'))


@pytest.mark.kafka
async def test_what_is_told_later_waits_behind_a_held_telling_that_nobody_can_read(house: FreshHouse) -> None:
    records = await house("records")
    first = await records.tell_raw(told_by_uk_cris(a_notification("CANARY-1"), 1), key=b"CANARY-1", topic=UK_CRIS)
    async with records.opened(_room()):
        await _all_held(records, 1)

    second = await records.tell_raw(told_by_uk_cris(a_notification("CANARY-1"), 2), key=b"CANARY-1", topic=UK_CRIS)
    willing = Room("records", {"notifications": nothing, "travel-notices": nothing, "handovers": nothing}, vault=VAULT)
    async with records.opened(willing):
        await _all_held(records, 2)

    held = await records.held(VAULT)
    assert [held[at]["reason"] for at in (first, second)] == ["poison", "after-poison"]


def test_what_was_sealed_at_one_offset_does_not_open_at_another() -> None:
    one, other = (candidate(declined(UUID(int=1)), offset, topic="handover-replies.cleveland.v1") for offset in (1, 2))
    kept = keep(VAULT, one.received.topic, one.received.coordinates, one.raw)

    assert take_up(VAULT, one.received.coordinates, kept).value == one.raw.value
    with pytest.raises(ValueError, match="moved here from elsewhere"):
        take_up(VAULT, other.received.coordinates, kept)


def test_a_reference_is_found_on_its_own_topic_alone() -> None:
    here, there = BY_NAME[UK_CRIS], BY_NAME["notifications.usa.v1"]

    assert subject_of(VAULT, here, "R-1") == subject_of(VAULT, here, "R-1") != subject_of(VAULT, there, "R-1")
    assert "R-1" not in str(subject_of(VAULT, here, "R-1"))
    assert subject_of(VAULT, BY_NAME["records.v1"], "R-1") == "R-1"


def test_without_keys_what_is_personal_is_not_set_aside_at_all() -> None:
    told = candidate(declined(UUID(int=1)), 1, topic="handover-replies.cleveland.v1")

    with pytest.raises(RuntimeError, match="without keys"):
        keep(None, told.received.topic, told.received.coordinates, raw(b"", 1))


@pytest.mark.parametrize("others", OTHERS)
async def test_keys_that_a_database_was_not_sealed_under_are_noticed_at_the_start(database: FreshDatabase, others: KeysVault) -> None:
    settings = Settings(database_url=SecretStr((await database("records")).url), api_token=SecretStr("-"))

    async with open_pool(settings, "test") as pool:
        await check_keys(pool, VAULT)
        await check_keys(pool, VAULT)
        with pytest.raises(ForeignKeysError, match="set LANDFALL_KEY_FILE"):
            await check_keys(pool, others)


async def test_a_service_with_foreign_keys_does_not_start(house: FreshHouse) -> None:
    records = await house("records")
    async with open_pool(records.settings(), "test") as pool:
        await check_keys(pool, OTHERS[0])

    with pytest.raises(ForeignKeysError):
        async with records.opened(_room()) as running:
            await running.task
