"""Statistics restored from a backup go on after the versions that dashboards have seen, and take in nobody else's figure (H8)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis import looking_back
from chassis.database import Pool, open_pool
from chassis.mirror import NEVER_SAID
from landfall.topics import make_topics
from services.stats.app import room as stats_room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import administering
from tests.chassis.house import House, Running
from tests.chassis.relaying import all_sent, say_all
from tests.chassis.tellings import figure, total
from tests.chassis.test_looking_back import SUBJECT, TOPIC, last_on_topic, tell_figures
from tests.waiting import until

LATER = "2022-01"
OF_LATER = SUBJECT.replace("2021-07", LATER)


@pytest_asyncio.fixture
async def stats(house: FreshHouse) -> House:
    return await house("stats")


@pytest_asyncio.fixture
async def pool(stats: House) -> AsyncIterator[Pool]:
    async with open_pool(stats.settings(), "test") as opened:
        yield opened


async def _complains_of_a_stranger(running: Running) -> bool:
    return any(each.endswith(NEVER_SAID) for each in await running.complaints())


async def test_figures_told_since_the_backup_are_gone_on_from_also_where_the_first_came_after_it(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    await stats.tell(figure(5, 1, LATER))
    await stats.owner.execute("delete from said where version = 2")

    async with stats.opened(stats_room()) as running:
        await until(running.ready, "it is ready")
        await say_all(pool, total(3), total(6, LATER))
        await all_sent(stats)

    told = await last_on_topic(stats)
    assert [(told[each].version, told[each].data.value) for each in (SUBJECT, OF_LATER)] == [(3, 3), (2, 6)]


async def test_figures_are_gone_on_from_though_the_backup_is_older_than_the_first_of_them(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    await stats.owner.execute("delete from said")

    async with stats.opened(stats_room()) as running:
        await until(running.ready, "it is ready")
        await say_all(pool, total(3))
        await all_sent(stats)

    told = (await last_on_topic(stats))[SUBJECT]
    assert (told.version, told.data.value) == (3, 3)


@pytest.mark.kafka
async def test_who_cannot_read_its_figures_back_names_the_missing_partitions_and_waits_until_they_are_there(
    stats: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_back, "START_SECONDS", 2.0)
    async with administering(stats) as admin:
        await admin.delete_topics([stats.prefix + TOPIC.name])

        async def it_is_gone() -> bool:
            return stats.prefix + TOPIC.name not in await admin.list_topics()

        await until(it_is_gone, "its topic is gone")
    names = ", ".join(f"{stats.prefix}{TOPIC.name}/{each}" for each in range(TOPIC.partitions))

    async def says_so() -> bool:
        return any(f"no answer about where {names} begin" in each for each in await running.complaints())

    async with stats.opened(stats_room()) as running:
        await until(says_so, "it says which partitions are missing")
        await make_topics(stats.kafka.bootstrap, [TOPIC], prefix=stats.prefix)
        await until(running.ready, "it is ready")


async def test_a_figure_that_somebody_else_wrote_is_no_sign_of_a_restore_and_is_not_taken_in(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    stranger = figure(7, 1, LATER)
    await stats.tell(stranger)

    async with stats.opened(stats_room()) as running:
        await until(lambda: _complains_of_a_stranger(running), "it complains of what lies there")
        assert await stats.fetchval("select count(*) from said where subject = $1", OF_LATER) == 0

    assert (await last_on_topic(stats))[OF_LATER] == stranger
