"""Statistics restored from a backup go on after the versions that dashboards have seen, and take nobody else's for their own (H8)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis import reading_back
from chassis.database import Pool, open_pool
from chassis.mirror import NEVER_SAID, NEWER
from contracts.limits import LARGEST_VERSION
from contracts.wire import decode
from landfall.reconcile import reconcile
from landfall.topics import make_topics
from services.stats.app import room as stats_room
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import administering
from tests.chassis.figures import PERIODS, SUBJECT, TOPIC, last_on_topic, tell_figures
from tests.chassis.house import House, Running
from tests.chassis.relaying import all_sent, say_all
from tests.chassis.tellings import figure, total
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


async def _complains(running: Running, *of: str) -> None:
    """Of each of these, and of nothing else."""

    async def it_does() -> bool:
        found = await running.complaints()
        return len(found) == len(of) and all(any(each.endswith(why) for each in found) for why in of)

    await until(it_does, f"it complains of {len(of)} figures and of nothing else")


async def test_figures_told_since_the_backup_are_gone_on_from_also_where_the_first_came_after_it(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    await stats.tell(figure(5, 1, LATER))
    await stats.owner.execute("delete from said where version = 2")

    async with stats.opened(stats_room()) as running:
        await _complains(running, NEVER_SAID, *[NEWER] * len(PERIODS))
        await say_all(pool, *[total(3, period) for period in PERIODS], total(6, LATER))
        await until(running.ready, "it complains of nothing once all is told anew")

    told = await last_on_topic(stats)
    assert [(told[each].version, told[each].data.value) for each in (SUBJECT, OF_LATER)] == [(3, 3), (2, 6)]


async def test_figures_are_gone_on_from_though_the_backup_is_older_than_the_first_of_them(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    await stats.owner.execute("delete from said")

    async with stats.opened(stats_room()) as running:
        await _complains(running, *[NEVER_SAID] * len(PERIODS))
        await say_all(pool, *[total(3, period) for period in PERIODS])
        await until(running.ready, "it complains of nothing once all is told anew")

    told = (await last_on_topic(stats))[SUBJECT]
    assert (told.version, told.data.value) == (3, 3)


@pytest.mark.kafka
async def test_who_cannot_read_its_figures_back_names_the_missing_partitions_and_waits_until_they_are_there(
    stats: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_back, "START_SECONDS", 2.0)
    async with administering(stats) as admin:
        await admin.delete_topics([stats.prefix + TOPIC.name])

        async def it_is_gone() -> bool:
            return stats.prefix + TOPIC.name not in await admin.list_topics()

        await until(it_is_gone, "its topic is gone")
    names = ", ".join(f"{stats.prefix}{TOPIC.name}/{each}" for each in range(TOPIC.partitions))

    async with stats.opened(stats_room()) as running:
        await running.says(f"no answer about where {names} begin")
        await make_topics(stats.kafka.bootstrap, [TOPIC], prefix=stats.prefix)
        await until(running.ready, "it is ready")


@pytest.mark.parametrize(("period", "why"), [("2021-07", NEWER), (LATER, NEVER_SAID)])
async def test_a_figure_that_somebody_else_wrote_is_complained_of_at_every_start_until_a_higher_version_is_said(
    stats: House, pool: Pool, period: str, why: str
) -> None:
    await tell_figures(stats, pool, 1)
    stranger = figure(7, 7, period)
    await stats.tell(stranger)

    for _ in range(2):
        async with stats.opened(stats_room()) as running:
            await _complains(running, why)
    assert (await last_on_topic(stats))[stranger.subject] == stranger

    async with stats.opened(stats_room()) as running:
        await _complains(running, why)
        await say_all(pool, total(2, period))
        await until(running.ready, "it complains no longer")
    told = (await last_on_topic(stats))[stranger.subject]
    assert (told.version, told.data.value) == (8, 2)


async def test_once_a_figure_that_somebody_else_wrote_is_erased_what_was_said_is_told_again(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    said = (await last_on_topic(stats))[SUBJECT]
    await stats.tell(figure(7, 7))

    async def it_is_told_again() -> bool:
        *_, last = [each.value for each in await stats.records_on(TOPIC.name) if each.key == SUBJECT.encode()]
        return last is not None and decode(TOPIC, last) == said

    async with stats.opened(stats_room()) as running:
        await _complains(running, NEWER)
        await stats.tell_raw(None, key=SUBJECT.encode(), topic=TOPIC.name)
        await reconcile(stats.settings(), patience_seconds=20)
        await until(it_is_told_again, "what was said lies there again")
        await until(running.ready, "it complains no longer")


async def test_nobody_else_can_leave_us_without_versions(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    await stats.tell(figure(7, LARGEST_VERSION))

    async with stats.opened(stats_room()) as running:
        await _complains(running, NEWER)
        await say_all(pool, total(2))
        await all_sent(stats)
        await reconcile(stats.settings(), patience_seconds=20)

        await _complains(running, NEWER)
    assert (await last_on_topic(stats))[SUBJECT].version == 2
