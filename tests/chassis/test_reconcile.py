"""`landfall reconcile`: an operator asks a running service, and is told what it found or why nobody answers."""

import argparse
import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.database import open_pool
from chassis.mirror import UNREADABLE
from contracts.catalogue import BY_NAME
from landfall import reconcile
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House
from tests.chassis.relaying import all_sent, relaying, say_all
from tests.chassis.tellings import figure, total
from tests.chassis.unpackable import tell_what_cannot_be_unpacked
from tests.waiting import until


@pytest_asyncio.fixture
async def stats(house: FreshHouse, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Stats with one figure told, and its variables about us."""
    found = await house("stats")
    monkeypatch.setenv("LANDFALL_DATABASE_URL", found.database.url)
    async with open_pool(found.settings(), "test") as pool, relaying(found) as (only,):
        await until(lambda: only.leading, "it leads")
        await say_all(pool, total(1), total(2))
        await all_sent(found)
        yield found


async def asked() -> int:
    return await asyncio.to_thread(reconcile.run, argparse.Namespace())


async def test_an_operator_is_told_that_all_agrees(stats: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asked() == 0
    assert capsys.readouterr().out.endswith("stats: 1 agree, 0 told again, 0 strange\n")
    assert len(await stats.values_on("statistics.v1")) == 2


async def test_an_operator_is_told_what_was_put_right(stats: House, capsys: pytest.CaptureFixture[str]) -> None:
    (first, _) = await stats.on_topic("statistics.v1")
    await stats.tell(first)

    assert await asked() == 0
    assert capsys.readouterr().out.endswith("stats: 0 agree, 1 told again, 0 strange\n")

    async def the_latest_lies_last() -> bool:
        return (await stats.on_topic("statistics.v1"))[-1].version == 2

    await until(the_latest_lies_last, "the latest is told again")


async def test_an_operator_is_shown_what_is_strange_and_where_it_lies(stats: House, capsys: pytest.CaptureFixture[str]) -> None:
    await stats.tell(figure(9, 9))

    assert await asked() == 1
    told = capsys.readouterr()
    assert told.out.endswith("stats: 0 agree, 0 told again, 1 strange\n")
    assert told.err.startswith("strange, and not overwritten: statistics.v1/")
    assert "a higher version than was ever said here" in told.err


@pytest.mark.kafka
async def test_an_operator_is_shown_where_a_figure_cannot_be_unpacked(stats: House, capsys: pytest.CaptureFixture[str]) -> None:
    await tell_what_cannot_be_unpacked(stats, BY_NAME["statistics.v1"], partition=0)

    assert await asked() == 1
    told = capsys.readouterr()
    assert told.out.endswith("stats: 1 agree, 0 told again, 1 strange\n")
    assert told.err.startswith("strange, and not overwritten: statistics.v1/0/")
    assert UNREADABLE in told.err


async def test_where_nobody_leads_an_operator_is_told_what_to_do(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", (await house("stats")).database.url)
    monkeypatch.setattr(reconcile, "PATIENCE_SECONDS", 0.1)

    assert await asked() == 1
    assert "is the service running, and is Kafka there?" in capsys.readouterr().err


async def test_of_a_service_without_such_topics_an_operator_is_told_that_it_has_none_even_where_it_does_not_run(
    house: FreshHouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LANDFALL_DATABASE_URL", (await house("intel")).database.url)

    assert await asked() == 1
    assert "intel has no compacted topic" in capsys.readouterr().err
