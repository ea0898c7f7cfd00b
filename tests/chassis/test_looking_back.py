"""An owner reads its own compacted topics back: what a late writer left or a broker lost is told again, and nothing else is."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError
from structlog.testing import capture_logs

from chassis import looking_back, reading, reading_back
from chassis import relay as relays
from chassis.database import Pool, open_pool
from chassis.leadership import Leadership
from chassis.mirror import NEVER_SAID, NEWER, TWICE, Strange
from chassis.occasion import Coordinates
from chassis.own_ends import Told
from chassis.pulse import Pulse
from chassis.say import LAST_VERSIONS
from landfall.operators import RefusedError
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import make_topic_again
from tests.chassis.figures import PERIODS, SUBJECT, TOPIC, asked, last_on_topic, tell_figures
from tests.chassis.house import House
from tests.chassis.relaying import all_sent, relaying, say_all
from tests.chassis.tellings import figure, total
from tests.waiting import until

TOLD_OFTEN = """
insert into said (id, topic, key, subject, version, content_hash, payload, said_at)
select gen_random_uuid(), topic, key, subject, further, content_hash, payload, said_at
from said cross join generate_series($1::int, $2::int) as further
"""
LAST_SAID = "select distinct on (subject) payload from said order by subject, version desc"


@pytest_asyncio.fixture
async def stats(house: FreshHouse) -> House:
    return await house("stats")


@pytest_asyncio.fixture
async def pool(stats: House) -> AsyncIterator[Pool]:
    async with open_pool(stats.settings(), "test") as opened:
        yield opened


async def lost_its_lock(stats: House) -> None:
    pid = await stats.fetchval("select pid from pg_locks where locktype = 'advisory'")
    assert await stats.end_connections(pid) == 1


async def test_what_an_old_leader_sends_late_is_replaced_by_the_latest_and_only_that(stats: House, pool: Pool) -> None:
    read, gate, sent = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Zombie(Leadership):
        """A leader that is stopped for a while between its lock and the broker."""

        async def _send(self, rows: list[Any]) -> list[Told]:
            read.set()
            await gate.wait()
            told = await super()._send(rows)
            sent.set()
            return told

    async with relaying(stats, make=Zombie) as (zombie,):
        await say_all(pool, total(1))
        await until(read.is_set, "the old leader has its round in hand")
        await lost_its_lock(stats)
        async with relaying(stats) as (leader,):
            await until(lambda: leader.leading, "another leads")
            await say_all(pool, total(2), total(5, "2021-08"))
            await all_sent(stats)
            gate.set()
            await until(sent.is_set, "the old leader's round has arrived")
            left_last = (await last_on_topic(stats))[SUBJECT].version
            zombie.stop()
            found = await asked(stats, leader)
            told = await stats.on_topic(TOPIC.name)

    assert left_last == 1
    assert (found["again"], found["agree"], found["strange"]) == (1, 1, 0)
    assert [each.version for each in told if each.subject == SUBJECT] == [1, 2, 1, 2]
    assert [each.version for each in told if each.subject != SUBJECT] == [1]


async def test_nothing_is_told_again_where_all_agrees(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    before = await stats.values_on(TOPIC.name)

    async with relaying(stats) as (only,):
        found = await asked(stats, only)

    assert (found["agree"], found["again"], found["strange"]) == (12, 0, 0)
    assert await stats.values_on(TOPIC.name) == before


@pytest.mark.kafka
async def test_a_topic_that_was_lost_is_told_again_byte_for_byte_when_the_owner_starts(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    await make_topic_again(stats, TOPIC)

    async with relaying(stats) as (only,):

        async def all_are_back() -> bool:
            return len(await stats.values_on(TOPIC.name)) == len(PERIODS)

        await until(all_are_back, "all figures lie there again")
        assert only.pulse.complaints == ["it has not taken up its partitions yet"]  # nothing listens here

    assert sorted(await stats.values_on(TOPIC.name)) == sorted(row["payload"] for row in await stats.owner.fetch(LAST_SAID))


@pytest.mark.kafka
async def test_a_version_that_waits_when_the_topic_was_lost_is_told_once_and_alone(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    await make_topic_again(stats, TOPIC)
    await say_all(pool, total(2))

    async with relaying(stats) as (only,):
        await all_sent(stats)
        await asked(stats, only)

    told = await stats.on_topic(TOPIC.name)
    assert len(told) == len(PERIODS)
    assert [each.version for each in told if each.subject == SUBJECT] == [2]


async def test_what_a_stranger_wrote_is_complained_of_and_not_overwritten(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    stranger = figure(7, 1, "2030-01")
    await stats.tell(stranger)

    async with relaying(stats) as (only,):
        found = await asked(stats, only)
        complaints = only.pulse.complaints

    assert (found["strange"], found["again"]) == (1, 0)
    assert found["named"][0].startswith("statistics.v1/")
    assert found["named"][0].endswith(NEVER_SAID)
    assert found["named"][0] in complaints
    assert (await last_on_topic(stats))[stranger.subject] == stranger


async def test_an_owner_whose_database_is_older_than_its_topic_tells_nothing_over_it(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1, 2)
    before = await stats.values_on(TOPIC.name)
    await stats.owner.execute("delete from said where version = 2 and subject = $1", SUBJECT)

    async with relaying(stats) as (only,):
        found = await asked(stats, only)
        complaints = only.pulse.complaints

    assert (found["strange"], found["again"], found["agree"]) == (1, 0, 11)
    assert any(each.endswith(NEWER) for each in complaints)
    assert await stats.values_on(TOPIC.name) == before


async def test_telling_goes_on_while_the_topics_are_read_back_and_is_not_told_again_for_it(
    stats: House, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell_figures(stats, pool, 1, 2)
    (old, *_) = await stats.on_topic(TOPIC.name)
    others = [each for each in PERIODS if f":{each}:" not in old.subject]
    await stats.tell(old)
    read, gate, read_back = asyncio.Event(), asyncio.Event(), reading_back.read_back

    async def read_slowly(*about: Any) -> Any:
        found = await read_back(*about)
        read.set()
        await gate.wait()
        return found

    monkeypatch.setattr(looking_back, "read_back", read_slowly)
    async with relaying(stats) as (only,):
        await until(read.is_set, "the topics are read")
        await say_all(pool, *[total(3, period) for period in others])
        await all_sent(stats)
        gate.set()
        await asked(stats, only)

    told = await stats.on_topic(TOPIC.name)
    assert {each.subject: each.version for each in told} == {each.subject: 2 if each.subject == old.subject else 3 for each in told}
    assert len(told) == 12 + 12 + 1 + 11 + 1


async def test_a_look_at_figures_costs_no_more_however_often_they_were_told(stats: House, pool: Pool) -> None:
    await say_all(pool, *[total(1, period) for period in PERIODS])
    asked_about = [TOPIC.name] * len(PERIODS), [total(1, period).figure for period in PERIODS]
    queries: list[tuple[str, tuple[Any, ...]]] = [(looking_back.LAST_SAID, ([TOPIC.name],)), (LAST_VERSIONS, asked_about)]
    before = [await pages_read(stats, query, *about) for query, about in queries]
    await stats.owner.execute(TOLD_OFTEN, 2, 5000)

    found = await stats.owner.fetch(looking_back.LAST_SAID, [TOPIC.name])
    assert {each["key"]: each["version"] for each in found} == dict.fromkeys(asked_about[1], 5000)
    assert [row["version"] for row in await stats.owner.fetch(LAST_VERSIONS, *asked_about)] == [5000] * len(PERIODS)
    await stats.owner.execute("analyze said")
    for (query, about), was in zip(queries, before, strict=True):
        assert await pages_read(stats, query, *about) < 4 * was


async def pages_read(house: House, query: str, *about: Any) -> int:
    (plan,) = json.loads(await house.fetchval(f"explain (analyze, buffers, format json) {query}", *about))
    return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


async def test_a_complaint_ends_when_a_later_look_finds_nothing_strange(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    ahead = figure(9, 2)
    await stats.tell(ahead)

    async with relaying(stats) as (only,):
        await until(lambda: any(each.endswith(NEWER) for each in only.pulse.complaints), "it complains")
        await say_all(pool, total(2), total(3))
        await all_sent(stats)
        await asked(stats, only)

        assert not only.pulse.strange


async def test_a_leader_looks_again_when_its_day_is_over(stats: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await tell_figures(stats, pool, 1, 2)
    old = next(each for each in await stats.on_topic(TOPIC.name) if each.subject == SUBJECT)

    async with relaying(stats) as (only,):
        await asked(stats, only)
        await stats.tell(old)
        monkeypatch.setattr(looking_back, "EVERY_SECONDS", 0.0)

        async def the_latest_lies_last() -> bool:
            return (await last_on_topic(stats))[SUBJECT].version == 2

        await until(the_latest_lies_last, "the latest is told again without anybody asking")


async def test_a_higher_version_that_is_met_while_it_leads_is_gone_on_after_and_complained_of_until_then(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    await stats.tell(figure(1, 500))

    async with relaying(stats) as (only,):
        assert (await asked(stats, only))["strange"] == 1
    async with relaying(stats) as (only,):
        assert (await asked(stats, only))["strange"] == 0  # it says the same, and the next version is higher
        await say_all(pool, total(2))
        await all_sent(stats)

    assert (await last_on_topic(stats))[SUBJECT].version == 501


async def test_what_telling_cannot_end_is_not_looked_at_again_for_each_telling(stats: House) -> None:
    twice = Strange(Coordinates(TOPIC.name, 1, 5), TWICE, (TOPIC.name, SUBJECT.encode()), 9)
    newer = replace(twice, why=NEWER)
    for strange, is_due in ((twice, False), (newer, True)):
        back = looking_back.LookingBack(stats.settings(), stats.name, Pulse(), lambda: None, looked_at=monotonic(), strange=[strange])

        back.sent([strange.key])

        assert back.is_due is is_due


@pytest.mark.kafka
async def test_who_lost_its_lock_tells_nothing_again(stats: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await tell_figures(stats, pool, 1)
    await make_topic_again(stats, TOPIC)
    monkeypatch.setattr(relays, "LEAD", "select $1::bigint is not null")  # a leader without a lock, as behind a pooler of connections

    async with relaying(stats) as (only,):
        await until(lambda: only.pulse.relay_failure == "ConnectionError", "it notices that it holds no lock")

    assert await stats.values_on(TOPIC.name) == []


@pytest.mark.kafka
async def test_what_a_transaction_took_back_is_neither_read_nor_waited_for(stats: House, pool: Pool) -> None:
    await tell_figures(stats, pool, 1)
    stranger = AIOKafkaProducer(bootstrap_servers=stats.kafka.bootstrap, transactional_id=stats.prefix + "stranger")
    await stranger.start()
    await stranger.begin_transaction()
    for period in PERIODS:
        told = figure(9, 9, period)
        await stranger.send_and_wait(stats.prefix + TOPIC.name, told.to_bytes(), key=told.subject.encode())
    await stranger.abort_transaction()
    await stranger.stop()

    async with relaying(stats) as (only,):
        found = await asked(stats, only)

    assert (found["agree"], found["again"], found["strange"]) == (12, 0, 0)


async def test_a_topic_that_cannot_be_read_to_its_end_is_no_empty_topic(stats: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_back, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(reading, "LOOK_MS", 0)

    with pytest.raises(KafkaTimeoutError):
        await reading_back.read_back(stats.settings(), "stats")


async def test_who_cannot_read_back_leads_on_and_says_so_until_it_can(stats: House, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "AGAIN_SECONDS", 0.1)
    await tell_figures(stats, pool, 1)
    async with relaying(stats) as (only,):
        await asked(stats, only)
        leading = only.leadership
        with monkeypatch.context() as unanswered, capture_logs() as logged:
            unanswered.setattr(reading_back, "PATIENCE_SECONDS", -1.0)
            unanswered.setattr(reading, "LOOK_MS", 0)
            asking = asyncio.create_task(asked(stats, only))
            await until(lambda: [each["event"] for each in logged].count("own_topics_not_read_back") > 2, "it fails again and again")
            complaints, led_on = only.pulse.complaints, only.leadership is leading
        await until(lambda: not only.pulse.unread, "it could read them")
        await asking

    assert f"nobody knows whether what was told on {stats.prefix}{TOPIC.name} still lies there" in complaints
    assert led_on


async def test_a_service_without_such_topics_looks_at_nothing_and_is_not_asked_to(house: FreshHouse) -> None:
    intel = await house("intel")

    assert await reading_back.read_back(intel.settings(), "intel") == []
    async with relaying(intel) as (only,):
        with pytest.raises(RefusedError, match="intel has no compacted topic"):
            await asked(intel, only)
