"""`landfall replay`: a facts topic is compared with what was said, and told again by nobody but who may tell, with nobody beside it."""

import argparse
import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from chassis.database import Pool
from chassis.leadership import LOCK
from contracts.catalogue import BY_NAME
from contracts.wire import identify
from landfall import leading, replay
from landfall import lying as beside
from landfall.comparing import compare
from landfall.lying import Lying
from landfall.operators import RefusedError
from landfall.replay import accept, replay_said
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.chassis.unpackable import tell_what_cannot_be_unpacked
from tests.waiting import until

pytestmark = pytest.mark.kafka

CHECKS = BY_NAME["checks.v1"]
WHY = {"by": "ACRO-1", "reason": "checks.v1 was lost with its broker"}


async def _told(intel: House, pool: Pool, number: int) -> list[bytes]:
    """So many checks are told; what lies on their topic."""
    async with relaying(intel):
        await say_all(pool, *[check_opened() for _ in range(number)])
        await all_sent(intel)
    return await intel.values_on(CHECKS.name)


async def _put_back(intel: House, *values: bytes) -> None:
    """Somebody writes these on the topic, as whoever told them did."""
    for each in values:
        await intel.tell_raw(each, key=uuid4().bytes, topic=CHECKS.name)


@pytest.fixture
def variables(intel: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is run where intel runs."""
    monkeypatch.setenv("LANDFALL_DATABASE_URL", intel.database.url)
    monkeypatch.setenv("LANDFALL_KAFKA_BOOTSTRAP", intel.kafka.bootstrap)
    monkeypatch.setenv("LANDFALL_KAFKA_TOPIC_PREFIX", intel.prefix)
    monkeypatch.setenv("LANDFALL_PROFILE", intel.kafka.profile)


async def _run(what: str, topic: str = CHECKS.name) -> int:
    return await asyncio.to_thread(replay.run, argparse.Namespace(what=what, topic=topic, **WHY))


async def test_the_leader_stands_aside_while_a_topic_is_told_again_and_leads_on_after_it(
    intel: House, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = beside.lying

    async with relaying(intel, 2) as both:

        async def and_then_something_is_said(*asked: Any) -> Lying:
            found = await reads(*asked)
            await say_all(pool, check_opened())
            if any(each.leading for each in both):
                await all_sent(intel)
            return found

        monkeypatch.setattr(beside, "lying", and_then_something_is_said)
        await until(lambda: any(each.leading for each in both), "one of them leads")
        await say_all(pool, *[check_opened() for _ in range(10)])
        await all_sent(intel)

        assert await replay_said(operator(intel), CHECKS.name, **WHY) == 0

        await until(lambda: any(each.leading for each in both), "one of them leads again")
        await all_sent(intel)

    told = await intel.values_on(CHECKS.name)
    assert len(told) == len(set(told)) == 11


async def test_nothing_is_told_again_beside_a_leader_that_does_not_stand_aside(intel: House) -> None:
    stuck, tool = await asyncpg.connect(intel.database.url), await asyncpg.connect(intel.database.url)
    try:
        await stuck.execute("select pg_advisory_lock($1)", LOCK)
        with pytest.raises(RefusedError, match="stop every instance of the service"):
            await leading.lead(tool, 0)
    finally:
        await stuck.close()
        await tool.close()


async def test_other_content_under_the_id_of_something_said_is_not_told_on_from(intel: House, pool: Pool) -> None:
    first, *others = await _told(intel, pool, 3)
    await make_topic_again(intel, CHECKS)
    await _put_back(intel, first.replace(b'"check_id":"', b'"check_id":"0')[:-4] + b'"}}', *others)

    with pytest.raises(RefusedError, match=r"checks\.v1/\d+/0 hold other content than was said under their ids: somebody wrote over"):
        await replay_said(operator(intel), CHECKS.name, **WHY)

    assert await intel.fetchval("select count(*) from outbox") == 0
    assert await intel.fetchval("select count(*) from position_move") == 0


async def test_what_was_never_said_here_is_recalled_or_accepted_before_anything_is_told_again(intel: House, pool: Pool) -> None:
    await _told(intel, pool, 3)
    await _put_back(intel, b"garbage")

    with pytest.raises(RefusedError, match=r"hold what was never said here.*its database is the older one"):
        await replay_said(operator(intel), CHECKS.name, **WHY)
    await accept(operator(intel), CHECKS.name, **WHY)

    assert await replay_said(operator(intel), CHECKS.name, **WHY) == 0


async def test_whoever_accepts_what_lies_there_is_told_how_much_of_it_was_not_said(
    intel: House, pool: Pool, variables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del variables
    first, second, _ = await _told(intel, pool, 3)
    await make_topic_again(intel, CHECKS)
    await _put_back(intel, first, second.replace(b'"/intel"', b'"/stats"'), b"garbage")

    assert await _run("accepted") == 0

    told = capsys.readouterr().out
    assert told.startswith("checks.v1: told on from where it ends now; 2 values lie there that were not said here, or with other content: ")
    assert told.count(f"{intel.prefix}checks.v1/") == 2


async def test_of_those_who_hear_a_topic_services_alone_are_named(variables: None, capsys: pytest.CaptureFixture[str]) -> None:
    del variables

    assert await _run("said", "discards.intel.v1") == 0

    assert capsys.readouterr().out == "discards.intel.v1: 0 tellings were missing and are told again\n"


async def test_a_loss_that_nobody_has_noticed_is_told_again_and_who_hears_it_is_named(
    intel: House, pool: Pool, variables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del variables
    before = await _told(intel, pool, 3)
    await make_topic_again(intel, CHECKS)

    assert await _run("said") == 0
    async with relaying(intel):
        await all_sent(intel)

    assert capsys.readouterr().out == (
        "checks.v1: 3 tellings were missing and are told again\n"
        "stats hears it: where stats runs, landfall positions move --topic checks.v1 --to start\n"
    )
    assert sorted(await intel.values_on(CHECKS.name)) == sorted(before)


async def test_a_telling_that_was_damaged_on_the_broker_is_told_again_byte_for_byte(intel: House, pool: Pool) -> None:
    await _told(intel, pool, 3)
    damaged, *others = await intel.records_on(CHECKS.name)
    await make_topic_again(intel, CHECKS)
    await tell_what_cannot_be_unpacked(intel, CHECKS, damaged.partition)
    for each in others:
        await intel.tell_raw(each.value, key=each.key, topic=CHECKS.name)
    found = await compare(operator(intel), CHECKS.name)
    assert (found.agree, found.missing, len(found.unknown)) == (2, [identify(damaged.value)], 1)

    assert await replay_said(operator(intel), CHECKS.name, **WHY) == 1
    async with relaying(intel):
        await all_sent(intel)

    found = await compare(operator(intel), CHECKS.name)
    assert (found.agree, found.missing, found.differ, len(found.unknown)) == (3, [], [], 1)


async def test_an_operator_is_told_that_a_topic_is_what_was_said(
    intel: House, pool: Pool, variables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del variables
    await _told(intel, pool, 3)
    await say_all(pool, check_opened())

    assert await _run("compare") == 0
    assert capsys.readouterr().out == "checks.v1: 3 agree, 0 are missing, 0 differ, 0 are unknown here\n"


async def test_an_operator_is_shown_what_is_missing_what_differs_and_what_is_unknown(
    intel: House, pool: Pool, variables: None, capsys: pytest.CaptureFixture[str]
) -> None:
    del variables
    first, second, third = await _told(intel, pool, 3)
    await make_topic_again(intel, CHECKS)
    await _put_back(intel, first, second.replace(b'"/intel"', b'"/stats"'), b"garbage")

    assert await _run("compare") == 1

    told = capsys.readouterr()
    assert told.out == "checks.v1: 1 agree, 1 are missing, 1 differ, 1 are unknown here\n"
    missing, differ, unknown = told.err.splitlines()
    assert third.decode().split('"id":"')[1].startswith(missing.removeprefix("are missing: "))
    assert differ.startswith(f"differ: {intel.prefix}checks.v1/")
    assert unknown.startswith(f"are unknown here: {intel.prefix}checks.v1/")


async def test_what_only_one_outsider_was_told_is_kept_nowhere_and_cannot_be_compared(intel: House) -> None:
    with pytest.raises(RefusedError, match=r"handover-packs\.kent\.v1 is not kept in said"):
        await compare(operator(intel), "handover-packs.kent.v1")
