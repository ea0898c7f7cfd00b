"""A message that ends the process, or never ends itself, in a recall is found, and does not end every start for ever (H8, H10)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chassis import database
from chassis.attempts import HOPELESS_FROM
from chassis.database import Transaction
from chassis.failure import OverrunError
from chassis.occasion import Batch
from contracts.envelope import Envelope
from landfall.children import Leash
from services.intel import handlers
from services.intel.app import room as intel_room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House
from tests.chassis.supervisor import Supervisor
from tests.chassis.tellings import amended, created
from tests.faults.outsiders import has_heard, standing, told_on_topics
from tests.places.backup import back_up, restore
from tests.waiting import LONG_SECONDS, until

__all__ = ["house"]

pytestmark = pytest.mark.kafka

DEADLY_INTEL = "tests.faults.deadly_intel"


async def _restored(intel: House, deadly: Envelope[Any], backup: Path) -> dict[str, Any]:
    """One check is opened before the backup; after it come the deadly one and more, all on one partition. What it stood at."""
    around = [created(record_on(3)) for _ in range(7)]
    async with intel.opened(intel_room()):
        await intel.tell(around[0])
        await has_heard(intel, 1)
        await back_up(intel.superuser_url, backup)
        await intel.tell(*around[1:4], deadly, *around[4:])
        await has_heard(intel, 8)
    before = await standing(intel)
    await restore(intel.superuser_url, "intel", backup)
    return before


async def test_what_ends_the_process_in_a_recall_is_held_and_all_else_is_recalled(house: FreshHouse, leash: Leash, tmp_path: Path) -> None:
    intel, deadly = await house("intel"), record_on(3)
    before = await _restored(intel, amended(deadly, 1), tmp_path / "backup")
    topics = await told_on_topics(intel)

    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_INTEL, DEADLY=str(deadly))
    try:
        await until(supervisor.ready, "it is ready", LONG_SECONDS)
    finally:
        supervisor.service.end()

    after = await standing(intel)
    assert [row[3] for row in after["held"]] == ["poison"]
    assert {name: after[name] for name in ("intel_check", "positions", "said", "outbox")} == {
        name: before[name] for name in ("intel_check", "positions", "said", "outbox")
    }
    assert set(before["seen"]) - set(after["seen"]) == {row for row in before["seen"] if row[1] == str(deadly)}
    assert await told_on_topics(intel) == topics
    assert supervisor.starts <= 4


async def test_what_ends_the_process_and_has_an_answer_is_named_and_nothing_is_left_out(
    house: FreshHouse, leash: Leash, tmp_path: Path
) -> None:
    intel, deadly = await house("intel"), record_on(3)
    await _restored(intel, created(deadly), tmp_path / "backup")
    restored = await standing(intel)

    supervisor = Supervisor(intel, leash, tmp_path, DEADLY_INTEL, DEADLY=str(deadly))
    try:
        await until(lambda: supervisor.has_logged("records.v1/3/4: the process ended"), "it says over what", LONG_SECONDS)
    finally:
        supervisor.service.end()

    assert "start a release that can bear it" in supervisor.log.read_text()
    assert await standing(intel) == restored
    assert supervisor.starts <= 4


async def test_what_fails_as_an_outage_would_and_was_perhaps_never_heard_ends_no_recall(house: FreshHouse, tmp_path: Path) -> None:
    intel, failing = await house("intel"), record_on(3)
    async with intel.opened(intel_room()):
        backup = await back_up(intel.superuser_url, tmp_path / "backup")
        await intel.tell(amended(failing, 1))
        await has_heard(intel, 1)
        await intel.tell(created(record_on(4)))
        await has_heard(intel, 2)
    before = await standing(intel)

    async def fail(batch: Batch, tx: Transaction) -> None:
        if any(each.envelope.subject == str(failing) for each in batch):
            raise ConnectionError
        await handlers.on_records(batch, tx)

    await restore(intel.superuser_url, "intel", backup)
    async with intel.opened(replace(intel_room(), families={"records": fail})) as running:
        await until(lambda: running.complains_of("the last batch failed with ConnectionError"), "it reads, and says what fails")

    assert (await standing(intel))["said"] == before["said"]
    async with intel.opened(intel_room()):
        await has_heard(intel, 2)
    assert await standing(intel) == before


async def test_what_never_ends_in_a_recall_is_held_and_all_else_is_recalled(
    house: FreshHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_TIMEOUT_MS", 1000)
    intel, endless = await house("intel"), record_on(3)
    before = await _restored(intel, amended(endless, 1), tmp_path / "backup")

    async def never_end(batch: Batch, tx: Transaction) -> None:
        if any(each.envelope.subject == str(endless) for each in batch):
            await tx.execute("select pg_sleep(60)")
        await handlers.on_records(batch, tx)

    room = replace(intel_room(), families={"records": never_end})
    for _ in range(HOPELESS_FROM):
        with pytest.raises(OverrunError):
            async with intel.opened(room) as running:
                await until(running.task.done, "it ends")
    async with intel.opened(room) as running:
        await until(running.ready, "it is ready")

    after = await standing(intel)
    assert [row[3] for row in after["held"]] == ["poison"]
    assert after["intel_check"] == before["intel_check"]
