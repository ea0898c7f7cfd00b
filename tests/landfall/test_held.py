"""Operators see what is held without seeing whose it is, order what becomes of it, and leave their number and their reason."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from chassis import held
from chassis.database import open_pool
from chassis.held import Held
from chassis.occasion import Coordinates, Occasion
from chassis.originals import Original
from chassis.settings import Settings
from contracts.catalogue import BY_NAME
from contracts.codes import HoldReason
from landfall.provision import Database
from tests.conftest import FreshDatabase
from trust.keys import Keys, write_development_key_file
from trust.vault import KeysVault

PERSONAL, OURS = "notifications.uk-cris.v1", "handovers.v1"
WHO_AND_WHY = ("--by", "4711", "--reason", "the release is mended")
NOW = datetime(2021, 7, 15, tzinfo=UTC)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    write_development_key_file(tmp_path / "keys.json")
    return tmp_path / "keys.json"


@pytest_asyncio.fixture
async def records(database: FreshDatabase, key_file: Path) -> Database:
    """A database that holds a malformed notification and a failed fact of ours."""
    found, vault = await database("records"), KeysVault(Keys.from_file(key_file))
    settings = Settings(database_url=SecretStr(found.url), api_token=SecretStr("-"))
    async with open_pool(settings, "test") as pool, pool.acquire() as tx:
        await held.keep(
            tx, vault, [_held(PERSONAL, b"CANARY", HoldReason.MALFORMED), _held(OURS, b'{"type": "CANARY"}', HoldReason.POISON)]
        )
    return found


def _held(topic: str, value: bytes, reason: HoldReason) -> Held:
    subject = "CANARY" if topic == PERSONAL else str(UUID(int=7))
    raw = Original(topic, 0, 5, b"CANARY", value, (("CANARY", b"\xff"),))
    return Held(reason, "value: json_invalid", BY_NAME[topic], Coordinates(topic, 0, 5), Occasion(NOW), raw, subject, 1)


async def _landfall(found: Database, *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "landfall", *arguments, env={**os.environ, "LANDFALL_DATABASE_URL": found.url},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


async def _listed(found: Database, *filters: str) -> list[dict[str, Any]]:
    status, output, _ = await _landfall(found, "held", "list", "--json", *filters)
    assert status == 0
    return list(json.loads(output))


async def _fetch(found: Database, query: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(found.owner_url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_what_is_held_is_listed_and_shown_without_a_word_of_it(records: Database) -> None:
    listed = await _listed(records)
    shown = [await _landfall(records, "held", "show", each["held_id"], *how) for each in listed for how in ((), ("--json",))]

    assert sorted((each["topic"], each["reason"], each["offset"]) for each in listed) == [(OURS, "poison", 5), (PERSONAL, "malformed", 5)]
    assert {each["topic"]: each["subject"] for each in listed} == {OURS: str(UUID(int=7)), PERSONAL: "personal"}
    assert [status for status, _, _ in shown] == [0] * 4
    assert "CANARY" not in f"{listed} {shown} {await _landfall(records, 'held', 'list')}"
    assert [each["topic"] for each in await _listed(records, "--held-for", "poison")] == [OURS]


async def test_whoever_looks_at_an_original_says_who_and_why_and_has_the_keys(records: Database, key_file: Path) -> None:
    (sealed,) = [each["held_id"] for each in await _listed(records, "--topic", PERSONAL)]
    look = ("held", "show", sealed, "--original", "--json")

    assert (await _landfall(records, *look, "--key-file", str(key_file)))[0] == 1
    assert "--key-file" in (await _landfall(records, *look, *WHO_AND_WHY))[2]
    assert await _fetch(records, "select * from looked_at") == []

    status, output, _ = await _landfall(records, *look, *WHO_AND_WHY, "--key-file", str(key_file))

    assert status == 0
    assert json.loads(output)[0]["held"]["value"] == "CANARY"
    assert await _fetch(records, "select held_id::text, looked_by, reason from looked_at") == [(sealed, "4711", "the release is mended")]


async def test_what_a_newer_release_holds_of_a_topic_of_its_own_is_listed_as_if_it_were_personal(records: Database) -> None:
    await _fetch(records, "update held set topic = 'landings.v1', subject = 'CANARY' where reason = 'poison'")

    (unknown,) = await _listed(records, "--topic", "landings.v1")

    assert (unknown["subject"], unknown["type"], len(await _listed(records))) == ("personal", "personal", 2)
    assert (await _landfall(records, "held", "show", unknown["held_id"]))[0] == 0
    status, _, errors = await _landfall(records, "held", "show", unknown["held_id"], "--original", *WHO_AND_WHY)
    assert (status, "no such topic" in errors) == (1, True)


async def test_what_nobody_can_open_is_listed_with_all_others(records: Database) -> None:
    await _fetch(records, "update held set original = 'spoilt' where reason = 'poison'")

    (spoilt,) = await _listed(records, "--held-for", "poison")

    assert (spoilt["type"], spoilt["value_sha256"], len(await _listed(records))) == ("cannot be opened", None, 2)
    assert (await _landfall(records, "held", "show", spoilt["held_id"]))[0] == 0


async def test_an_order_is_written_down_with_who_gave_it_and_why_and_is_given_once(records: Database) -> None:
    (poison,) = await _listed(records, "--held-for", "poison")

    assert (await _landfall(records, "held", "redrive", poison["held_id"], *WHO_AND_WHY))[0] == 0
    assert "0 of 1 ordered" in (await _landfall(records, "held", "discard", "--topic", OURS, *WHO_AND_WHY))[1]

    assert await _fetch(records, "select topic, ordered, ordered_by, order_reason from held order by topic") == [
        (OURS, "redrive", "4711", "the release is mended"), (PERSONAL, None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("redrive", *WHO_AND_WHY), "say what about"),
        (("redrive", str(uuid4()), *WHO_AND_WHY), "nothing was ordered"),
        (("discard", "--topic", "checks.v1", *WHO_AND_WHY), "nothing of that kind"),
        (("redrive", "--topic", OURS), "required: --by, --reason"),
        (("redrive", "--topic", OURS, "--by", "Penelope Quartermaine", "--reason", "x"), "no collar or staff number"),
        (("show", str(uuid4())), "nothing is or was held"),
    ],
)
async def test_an_order_that_cannot_be_meant_orders_nothing(records: Database, arguments: tuple[str, ...], complaint: str) -> None:
    status, _, errors = await _landfall(records, "held", *arguments)

    assert status != 0
    assert complaint in errors
    assert await _fetch(records, "select ordered from held where ordered is not null") == []


async def test_a_database_that_does_not_answer_is_said_without_its_password() -> None:
    status, _, errors = await _landfall(Database("postgresql://records:CANARY@127.0.0.1:1/records", ""), "held", "list")

    assert status == 1
    assert "not done" in errors
    assert "CANARY" not in errors


async def test_a_stop_is_shown_and_cleared_and_who_cleared_it_is_kept(records: Database) -> None:
    await _fetch(records, "insert into stop (topic, why, held) values ('*', 'too much failed', 20)")

    assert "too much failed" in (await _landfall(records, "stop", "show"))[1]
    assert (await _landfall(records, "stop", "clear", *WHO_AND_WHY))[0] == 0
    assert (await _landfall(records, "stop", "clear", *WHO_AND_WHY))[0] == 1

    assert await _fetch(records, "select topic from stop") == []
    assert json.loads((await _landfall(records, "stop", "show", "--cleared", "--json"))[1])[0]["cleared_by"] == "4711"
