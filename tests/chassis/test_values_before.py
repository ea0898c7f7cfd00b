"""Of each partition the value before its place is looked at for itself: one that is damaged costs the others no time (H7)."""

import pytest
from aiokafka import TopicPartition

from chassis.broker import onlooker
from chassis.place import Place, digest
from chassis.values_before import values_before
from tests.chassis.disagreeing import RECORDS, record_on
from tests.chassis.house import House
from tests.chassis.tellings import created
from tests.chassis.unpackable import tell_what_cannot_be_unpacked

pytestmark = pytest.mark.kafka

PATIENCE_SECONDS = 10.0


async def test_beside_a_damaged_value_whatever_else_is_there_or_missing_is_found(intel: House) -> None:
    told = created(record_on(5))
    await tell_what_cannot_be_unpacked(intel)
    await intel.tell(told)
    damaged, absent, there = [3], [0, 1, 2, 4], [5]
    places = {TopicPartition(intel.prefix + RECORDS.name, each): Place(1, b"as it was", None) for each in (*damaged, *absent, *there)}

    looking = onlooker(intel.settings(), "test")
    await looking.start()
    try:
        looked = await values_before(looking, places, PATIENCE_SECONDS)
    finally:
        await looking.stop()

    assert {each.partition for each in looked.damaged} == set(damaged)
    assert {each.partition for each in looked.absent} == set(absent)
    assert {each.partition: found for each, found in looked.digests.items()} == {5: digest(told.to_bytes())}
    assert looked.withheld == set()
