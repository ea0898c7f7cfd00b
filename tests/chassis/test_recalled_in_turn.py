"""What was told is recalled once the earlier versions of its subjects are: until then it says which subject it lacks (H8)."""

from uuid import UUID

import pytest
from aiokafka import TopicPartition

from chassis import retold
from chassis.not_yet import NotYetError
from chassis.own_ends import Told
from chassis.retold import Retold
from tests.chassis.house import House
from tests.chassis.relaying import check_opened
from tests.chassis.tellings import envelope


def _told(record: UUID, version: int) -> Retold:
    """As it lies on the topic."""
    value = envelope(check_opened(record), version).to_bytes()
    (found,) = retold.read([Told(TopicPartition("checks.v1", 0), version - 1, value)], prefix="")
    return found


async def test_what_is_not_in_turn_says_of_whom_something_has_to_be_told_first(intel: House, record: UUID) -> None:
    first, second = _told(record, 1), _told(record, 2)
    async with intel.owner.acquire() as tx, tx.transaction():
        with pytest.raises(NotYetError) as refused:
            await retold.in_turn(tx, [second])
        await retold.keep(tx, [first])
        await retold.in_turn(tx, [second])

    assert refused.value.lacking == retold.subject_of(first)
