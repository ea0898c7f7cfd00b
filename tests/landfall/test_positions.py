"""An operator moves a place with a name and a reason, and leaves nothing out unawares."""

import argparse
import asyncio
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import TopicPartition

from chassis import agreement, earlier, offsets, place
from landfall import positions
from landfall.operators import RefusedError
from landfall.positions import move
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.tellings import created

__all__ = ["house"]

pytestmark = pytest.mark.kafka

TOPIC = "records.v1"
WHO = {"by": "4711", "reason": "it was looked at"}
ONE, OTHER = 3, 4
END = 5


@pytest_asyncio.fixture
async def intel(house: FreshHouse) -> House:
    """Five values on each of two partitions; neither was read yet."""
    found = await house("intel")
    await found.tell(*[created(record_on(each)) for each in (ONE, OTHER) for _ in range(END)])
    await _stands(found, {ONE: 0, OTHER: 0})
    return found


async def _stands(intel: House, places: dict[int, int]) -> None:
    await intel.owner.execute("delete from positions")
    await place.begin(intel.owner, {TopicPartition(intel.prefix + TOPIC, partition): at for partition, at in places.items()})


async def _places(intel: House) -> dict[int, int]:
    return {row["partition"]: row["next"] for row in await intel.owner.fetch("select partition, next from positions")}


async def test_a_move_past_one_value_or_back_needs_no_number(intel: House) -> None:
    await move(operator(intel), TOPIC, [ONE], "1", **WHO)
    assert await _places(intel) == {ONE: 1, OTHER: 0}

    await move(operator(intel), TOPIC, [ONE], "start", **WHO)
    assert await _places(intel) == {ONE: 0, OTHER: 0}
    assert await intel.fetchval("select count(*) from position_move") == 2


@pytest.mark.parametrize(
    ("partitions", "to", "skip", "skipped"),
    [([ONE], "2", None, 2), ([ONE], "2", 1, 2), ([ONE], "1", 2, 1), (None, "1", None, 2), (None, "end", 5, 10), ([ONE], "start", 1, 0)],
)
async def test_a_move_that_leaves_out_another_number_than_the_one_named_changes_nothing(
    intel: House, partitions: list[int] | None, to: str, skip: int | None, skipped: int
) -> None:
    with pytest.raises(RefusedError, match=f"^{skipped} values would never be read: .* --skip {skipped}$"):
        await move(operator(intel), TOPIC, partitions, to, skip, **WHO)

    assert await _places(intel) == {ONE: 0, OTHER: 0}
    assert await intel.fetchval("select count(*) from position_move") == 0


async def test_what_is_named_is_left_out(intel: House) -> None:
    await move(operator(intel), TOPIC, None, "end", 2 * END, **WHO)

    assert await _places(intel) == {ONE: END, OTHER: END}


async def test_of_a_topic_that_was_made_again_everything_before_the_new_place_is_left_out(intel: House) -> None:
    await _stands(intel, {ONE: 100})

    with pytest.raises(RefusedError, match="5 values would never be read"):
        await move(operator(intel), TOPIC, [ONE], "end", **WHO)
    await move(operator(intel), TOPIC, [ONE], "start", **WHO)

    assert await _places(intel) == {ONE: 0}


@pytest.mark.parametrize("why", [agreement.ABSENT, agreement.DIFFERENT, earlier.MADE_AGAIN, offsets.BACKWARDS], ids=range(4))
async def test_of_a_topic_that_was_made_again_and_has_outgrown_the_place_everything_before_the_new_one_is_left_out(
    intel: House, why: str
) -> None:
    await _stands(intel, {ONE: 3})
    await intel.owner.execute("update positions set halted = $1", why)

    with pytest.raises(RefusedError, match="4 values would never be read"):
        await move(operator(intel), TOPIC, [ONE], "4", **WHO)
    assert await intel.fetchval("select halted from positions") == why
    await move(operator(intel), TOPIC, [ONE], "4", 4, **WHO)

    assert await _places(intel) == {ONE: 4}


async def test_of_a_topic_that_is_the_one_that_was_read_what_lies_before_the_place_is_not_left_out(intel: House) -> None:
    await _stands(intel, {ONE: 3})
    await intel.owner.execute("update positions set halted = 'version 2 came again with other content'")

    await move(operator(intel), TOPIC, [ONE], "4", **WHO)

    assert await _places(intel) == {ONE: 4}


async def test_the_command_takes_the_number_and_says_where_it_reads_on(
    intel: House, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (
        ("PROFILE", intel.kafka.profile), ("KAFKA_BOOTSTRAP", intel.kafka.bootstrap), ("KAFKA_TOPIC_PREFIX", intel.prefix),
        ("DATABASE_URL", intel.database.url),
    ):  # fmt: skip
        monkeypatch.setenv(f"LANDFALL_{name}", str(value))
    parser = argparse.ArgumentParser()
    positions.add_arguments(parser)
    asked = ["move", "--topic", TOPIC, "--partition", str(ONE), "--to", "3", "--by", "4711", "--reason", "false ones"]

    assert await asyncio.to_thread(positions.run, parser.parse_args(asked)) == 1
    assert "not done: 3 values would never be read" in capsys.readouterr().err
    assert await asyncio.to_thread(positions.run, parser.parse_args([*asked, "--skip", "3"])) == 0
    assert capsys.readouterr().out == f"{TOPIC}/{ONE} is read on from 3\n"
