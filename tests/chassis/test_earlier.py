"""The place at which a partition stood a while ago, and what shows by it that the topic is another one now."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from pydantic import SecretStr

from chassis import agreement, earlier
from chassis.agreement import Comparison
from chassis.broker import onlooker
from chassis.database import Pool, open_pool
from chassis.place import Place, digest
from chassis.settings import Settings
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import RECORDS, record_on
from tests.chassis.tellings import created
from tests.conftest import FreshDatabase

ONE, TWO = TopicPartition("records.v1", 0), TopicPartition("records.v1", 1)
LAST = digest(b"the value before")


@pytest_asyncio.fixture
async def pool(database: FreshDatabase) -> AsyncIterator[Pool]:
    async with open_pool(Settings(database_url=SecretStr((await database("intel")).url), api_token=SecretStr("-")), "test") as opened:
        yield opened


def _at(following: int, moves: int = 0) -> Place:
    return Place(following, LAST, None, moves)


async def test_the_earlier_place_is_known_for_as_long_as_no_operator_moves_the_partition(pool: Pool) -> None:
    await earlier.keep(pool, {ONE: _at(5), TWO: _at(5)})

    assert await earlier.read(pool, {ONE: _at(8), TWO: _at(8, moves=1)}) == {ONE: _at(5)}


async def test_it_goes_on_with_the_place_and_where_an_operator_has_moved_that(pool: Pool) -> None:
    await earlier.keep(pool, {ONE: _at(5), TWO: _at(5)})
    await earlier.keep(pool, {ONE: _at(7), TWO: _at(1, moves=1)})

    assert await earlier.read(pool, {ONE: _at(7), TWO: _at(2, moves=1)}) == {ONE: _at(7), TWO: _at(1, moves=1)}


async def test_who_was_slow_takes_nothing_back(pool: Pool) -> None:
    await earlier.keep(pool, {ONE: _at(7), TWO: _at(1, moves=1)})
    await earlier.keep(pool, {ONE: _at(5), TWO: _at(9)})

    assert await earlier.read(pool, {ONE: _at(9), TWO: _at(9, moves=1)}) == {ONE: _at(7), TWO: _at(1, moves=1)}


async def test_where_nothing_was_read_before_the_place_nothing_can_be_known_again(pool: Pool) -> None:
    await earlier.keep(pool, {ONE: Place(0, None, None), TWO: Place(5, None, None)})

    assert await earlier.read(pool, {ONE: _at(3), TWO: _at(8)}) == {}


@pytest.mark.parametrize(
    ("why", "is_another"), [(agreement.DIFFERENT, True), (agreement.ABSENT, True), (agreement.LOST, False), (agreement.DAMAGED, False)]
)
def test_only_another_value_at_an_earlier_place_or_none_shows_another_topic(why: str, *, is_another: bool) -> None:
    assert earlier.another(Comparison({ONE: why}, frozenset(), frozenset())) == ([ONE] if is_another else [])


@pytest.mark.parametrize("compacted", [True, False])
async def test_what_is_gone_from_before_an_earlier_place_is_missed_but_where_compaction_takes_it(
    house: FreshHouse, *, compacted: bool
) -> None:
    intel, told = await house("intel"), [created(record_on(3)) for _ in range(2)]
    await intel.tell(*told)
    name = intel.prefix + RECORDS.name
    at, looking = TopicPartition(name, 3), onlooker(intel.settings(), "test")
    await earlier.keep(intel.owner, {at: Place(1, digest(b"gone since"), None)})
    standing = {at: Place(2, digest(told[-1].to_bytes()), None)}
    await looking.start()

    compared = await earlier.compare_both(looking, intel.owner, standing, {name} if compacted else ())

    await looking.stop()
    assert compared.disagreeing == ({} if compacted else {at: earlier.MADE_AGAIN})
