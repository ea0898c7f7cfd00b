"""Who is told to end finishes what it has in hand, sends what it said, and leaves nothing behind that is half done."""

from collections import Counter
from pathlib import Path

import pytest

from chassis import app, recall
from tests.faults.load import Stage
from tests.waiting import until

PLACES = "select coalesce(sum(next), 0)::bigint from positions"
OURS = "select count(*) from pg_stat_activity where usename = 'intel' and datname = current_database()"
PATIENCE_SECONDS = 120.0


def _in_hand(file: Path) -> set[str]:
    return set(file.read_text().split()) if file.exists() else set()


@pytest.mark.kafka
async def test_who_is_told_to_end_under_load_finishes_its_batch_and_sends_what_it_said(intel: Stage, tmp_path: Path) -> None:
    file = tmp_path / "in-hand"
    slow = {"LANDFALL_TEST_IN_HAND": str(file), "LANDFALL_TEST_SECONDS_EACH": "0.05", "LANDFALL_BATCH_MAX_RECORDS": "40"}
    (doomed,) = intel.start(1, **slow)
    async with intel.under_load():
        await until(lambda: intel.has_applied(100), "some are applied")
        before = _in_hand(file)
        await until(lambda: _in_hand(file) > before, "it has a batch in hand")
        doomed.process.terminate()
        await until(lambda: doomed.process.poll() is not None, "it has ended")
    applied = {str(each) for each in await intel.effects()}

    assert doomed.process.returncode == 0
    assert applied == _in_hand(file)
    assert await intel.fetchval(PLACES) == len(applied) < len(intel.told)
    assert await intel.fetchval("select count(*) from said") == len(applied)
    assert await intel.fetchval("select count(*) from outbox") == 0
    assert await intel.all_that_was_said_was_told_once()
    assert await intel.fetchval(OURS) == 0


@pytest.mark.kafka
async def test_a_batch_that_does_not_end_in_its_grace_leaves_nothing_and_is_applied_by_the_next(intel: Stage, tmp_path: Path) -> None:
    file = tmp_path / "in-hand"
    (doomed,) = intel.start(1, LANDFALL_TEST_IN_HAND=str(file), LANDFALL_TEST_SECONDS_EACH="25", LANDFALL_BATCH_MAX_RECORDS="1")
    async with intel.under_load():
        await until(lambda: _in_hand(file) != set(), "it has one in hand that takes too long")
    doomed.process.terminate()
    await until(lambda: doomed.process.poll() is not None, "it has ended")
    left = await intel.effects()

    (heir,) = intel.start(1)
    await until(intel.all_is_applied, "the next has applied everything", PATIENCE_SECONDS)

    assert (doomed.process.returncode, left) == (0, [])
    assert Counter(await intel.effects()) == Counter(intel.told)
    assert heir.ready()


@pytest.mark.kafka
async def test_who_is_told_to_end_while_it_waits_for_another_that_recalls_ends_in_its_grace(intel: Stage) -> None:
    await intel.owner.execute("select pg_advisory_lock($1)", recall.LOCK)
    (doomed,) = intel.start(1)
    await until(lambda: recall.WAITS in doomed.complaints(), "it waits")

    doomed.process.terminate()
    await until(lambda: doomed.process.poll() is not None, "it has ended", 2 * app.GRACE_SECONDS)

    assert doomed.process.returncode == 0
    assert await intel.fetchval(OURS) == 0
