"""What was said reaches the broker though anything dies: one leader sends, in order, and deletes only what was acknowledged."""

import asyncio
from datetime import date
from uuid import uuid4

from chassis.broker import onlooker
from chassis.database import Pool, open_pool
from chassis.hearing import Hearing
from chassis.occasion import Occasion, Telling
from chassis.room import Room
from chassis.say import say
from chassis.settings import Profile
from contracts.catalogue import topic_of
from contracts.codes import Cohort
from contracts.handover_packs import HandoverNotice
from tests.chassis.conftest import FreshHouse
from tests.chassis.house import House, Witness
from tests.chassis.relaying import AT, all_sent, check_opened, open_checks, pausing, relaying, say_all
from tests.chassis.tellings import created
from tests.waiting import until


async def test_what_was_committed_before_a_crash_is_said_after_it(intel: House, pool: Pool) -> None:
    facts = [check_opened() for _ in range(20)]
    await say_all(pool, *facts)

    async with relaying(intel):
        await all_sent(intel)

    told = await intel.on_topic("checks.v1")
    assert sorted(each.data.subject for each in told) == sorted(fact.subject for fact in facts)
    assert {each.id for each in told} == {row["id"] for row in await intel.owner.fetch("select id from said")}


async def test_what_a_handler_says_is_said_by_the_whole_service(intel: House) -> None:
    told = [created(uuid4()) for _ in range(10)]
    async with intel.opened(Room("intel", {"records": Witness(and_then=open_checks).hear})):
        await intel.tell(*told)

        async def said() -> bool:
            return bool(await intel.fetchval("select count(*) = 10 from said"))

        await until(said, "everything is said")
        await all_sent(intel)

    checks = await intel.on_topic("checks.v1")
    assert sorted((each.subject, each.causationid) for each in checks) == sorted((each.subject, each.id) for each in told)


async def test_who_committed_late_with_a_lower_number_is_sent_and_not_deleted_unsent(intel: House, pool: Pool) -> None:
    late, early = check_opened(), check_opened()
    sent, gate = asyncio.Event(), asyncio.Event()

    async with pool.acquire() as slow, relaying(intel, make=pausing(sent, gate)):
        slowly = slow.transaction()
        await slowly.start()
        await say(slow, [Telling(late, Occasion(AT))])
        await say_all(pool, early)
        await until(sent.is_set, "the one with the higher number is acknowledged")
        await slowly.commit()
        gate.set()
        await all_sent(intel)

    assert {each.data for each in await intel.on_topic("checks.v1")} == {late, early}


async def test_who_commits_after_a_round_with_a_lower_number_than_all_that_was_sent_is_found(intel: House, pool: Pool) -> None:
    late, early = check_opened(), check_opened()
    async with relaying(intel), pool.acquire() as slow:
        slowly = slow.transaction()
        await slowly.start()
        await say(slow, [Telling(late, Occasion(AT))])
        await say_all(pool, early)
        await all_sent(intel)
        await slowly.commit()
        await all_sent(intel)

    assert {each.data for each in await intel.on_topic("checks.v1")} == {late, early}


async def test_rounds_keep_the_order_of_each_record(intel: House, pool: Pool) -> None:
    records = [uuid4() for _ in range(5)]

    async with relaying(intel, round_messages=7):
        for _ in range(4):
            await say_all(pool, *[check_opened(record) for _ in range(5) for record in records])
        await all_sent(intel)

    told = await intel.on_topic("checks.v1")
    for record in records:
        assert [each.version for each in told if each.subject == str(record)] == list(range(1, 21))


async def test_a_payload_for_one_force_is_gone_once_the_broker_has_it(house: FreshHouse) -> None:
    handover = await house("handover")
    notice = HandoverNotice(handover_id=uuid4(), force="cleveland", cohort=Cohort.UKSO, landing_day=date(2021, 8, 2))
    async with open_pool(handover.settings(), "test") as pool:
        await say_all(pool, notice)
        before = await handover.fetchval("select payload is not null from said")
        async with relaying(handover):
            await all_sent(handover)

    assert before
    assert [each.data for each in await handover.on_topic(topic_of(notice).name)] == [notice]
    assert await handover.fetchval("select payload is null from said")


async def test_a_fact_stays_so_that_it_can_be_told_again(intel: House, pool: Pool) -> None:
    async with relaying(intel):
        await say_all(pool, check_opened())
        await all_sent(intel)

    (told,) = await intel.on_topic("checks.v1")
    assert await intel.fetchval("select payload from said") == told.to_bytes()


async def test_who_starts_while_another_leads_takes_nothing_off_its_hands(intel: House, pool: Pool) -> None:
    sent, gate, looking = asyncio.Event(), asyncio.Event(), onlooker(intel.settings(), "test")

    async with relaying(intel, make=pausing(sent, gate)) as (leader,), pool.acquire() as starting:
        await say_all(pool, check_opened())
        await until(sent.is_set, "a round is acknowledged and not forgotten yet")
        await looking.start()
        embedded = intel.kafka.profile is Profile.EMBEDDED
        await Hearing("intel", intel.prefix, embedded, looking).listen(starting, leading=False)
        await looking.stop()
        gate.set()
        await all_sent(intel)

        assert leader.pulse.relay_failure is None
    assert await intel.fetchval("select count(*) from own_end where halted is not null") == 0
