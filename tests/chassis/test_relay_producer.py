"""A producer that cannot go on is made anew, and what it is given always fits."""

from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced

from chassis.database import Pool
from chassis.leadership import Leadership
from chassis.occasion import Occasion, Telling
from chassis.say import MAX_VALUE_BYTES, envelope_of, say
from contracts.catalogue import BY_NAME, MAX_MESSAGE_BYTES
from contracts.clock import Quiet
from tests.chassis.house import House
from tests.chassis.relaying import AT, all_sent, check_opened, relaying, say_all
from tests.waiting import until

LONGEST_KEY = "\N{OLD HUNGARIAN CAPITAL LETTER A}" * 200  # an envelope's subject has at most 200 letters, of four bytes each
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.mark.kafka
async def test_a_producer_that_lost_count_is_made_anew_and_its_round_told_again(intel: House, pool: Pool) -> None:
    record, producers = uuid4(), list[AIOKafkaProducer]()

    class LosesCount(Leadership):
        """In its second round its first producer numbers on from elsewhere, as after a hiccup of the broker."""

        async def _send(self, rows: list[Any]) -> Any:
            if producers == [self.sender]:
                for each in range(BY_NAME["checks.v1"].partitions):
                    partition = TopicPartition(self.settings.kafka_topic_prefix + "checks.v1", each)
                    self.sender._txn_manager.increment_sequence_number(partition, 7)  # noqa: SLF001 - there is no other way to lose count
            producers.append(self.sender)
            return await super()._send(rows)

    async with relaying(intel, make=LosesCount) as (only,):
        await say_all(pool, check_opened(record))
        await all_sent(intel)
        await say_all(pool, check_opened(record), check_opened(record))
        await until(lambda: only.pulse.relay_failure == "OutOfOrderSequenceNumber", "the broker refuses its numbers")
        await all_sent(intel)

    assert len(set(producers)) == 2
    assert [each.version for each in await intel.on_topic("checks.v1")] == [1, 2, 3]


async def test_a_producer_that_was_fenced_off_is_made_anew_and_what_it_had_told_is_not_told_again(intel: House, pool: Pool) -> None:
    record, producers = uuid4(), list[AIOKafkaProducer]()

    class Fenced(Leadership):
        async def _send(self, rows: list[Any]) -> Any:
            producers.append(self.sender)
            try:
                return await super()._send(rows)
            finally:
                if len(producers) == 1:
                    raise ProducerFenced

    async with relaying(intel, make=Fenced) as (only,):
        await say_all(pool, check_opened(record), check_opened(record))
        await until(lambda: only.pulse.relay_failure == "ProducerFenced", "its producer is fenced off")
        await all_sent(intel)
        await say_all(pool, check_opened(record))
        await all_sent(intel)

    assert len(set(producers)) == 2
    assert [each.version for each in await intel.on_topic("checks.v1")] == [1, 2, 3]


async def test_the_largest_fact_that_is_let_through_fits_its_topic_whatever_its_key_and_headers(intel: House, pool: Pool) -> None:
    empty = Quiet(who="intel", round=1, heard={"": 1}, said={})
    spare = MAX_VALUE_BYTES - len(envelope_of(Telling(empty, Occasion(AT, uuid4(), uuid4(), TRACE)), 1).to_bytes())
    largest = Telling(empty.model_copy(update={"heard": {"x" * spare: 1}}), Occasion(AT, uuid4(), uuid4(), TRACE))
    async with pool.acquire() as tx, tx.transaction():
        await say(tx, [largest])
    await intel.owner.execute("update said set key = $1", LONGEST_KEY)

    async with relaying(intel):
        await all_sent(intel)

    assert await intel.fetchval("select length(payload) from said") == MAX_VALUE_BYTES
    assert [each.data for each in await intel.on_topic("quiet.intel.v1")] == [largest.fact]


@pytest.mark.kafka
async def test_one_byte_more_than_the_topic_takes_would_stop_the_relay_which_is_why_it_is_refused_before(intel: House, pool: Pool) -> None:
    await say_all(pool, check_opened())
    await intel.owner.execute("update said set payload = $1", b"x" * MAX_MESSAGE_BYTES)

    async with relaying(intel) as (only,):
        await until(lambda: only.pulse.relay_failure == "MessageSizeTooLargeError", "the broker does not take it")

    assert await intel.fetchval("select count(*) from outbox") == 1
