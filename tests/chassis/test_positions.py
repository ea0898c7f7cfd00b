"""`landfall positions show`: both sides of a disagreement, as an operator sees them."""

import re

import pytest

from chassis.database import Pool
from contracts.catalogue import BY_NAME
from landfall.positions import show
from tests.chassis.disagreeing import administering, handle, make_topic_again, record_on
from tests.chassis.house import House
from tests.chassis.ordering import operator
from tests.chassis.relaying import all_sent, check_opened, relaying, say_all
from tests.waiting import until

pytestmark = pytest.mark.kafka

CHECKS = BY_NAME["checks.v1"]


async def _tell_one_check(intel: House, pool: Pool) -> None:
    async with relaying(intel):
        await say_all(pool, check_opened())
        await all_sent(intel)


def _row(shown: str, topic: str) -> list[str]:
    """The only one of that topic's partitions of which anything is known."""
    (found,) = [line for line in shown.splitlines() if re.match(rf"[^a-z]*{re.escape(topic)} ", line)]
    return [cell.strip() for cell in re.split("[│┃]", found)[1:-1]]


async def test_an_operator_sees_how_far_own_topics_are_told_and_why_one_is_halted(
    intel: House, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    await _tell_one_check(intel, pool)
    await make_topic_again(intel, CHECKS)
    async with relaying(intel):
        halted = "select exists (select from own_end where halted is not null)"
        await until(lambda: intel.fetchval(halted), "the topic is halted")

    await show(operator(intel), CHECKS.name)

    shown = capsys.readouterr().out
    _, _, told_up_to, end, beyond, moves, why = _row(shown, f"{intel.prefix}checks.v1")
    assert (told_up_to, end, beyond, moves) == ("1", "0", "-1", "0")
    assert why.startswith("the topic ends before the stored place")


async def test_a_topic_that_is_not_there_any_more_is_shown_too(intel: House, pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    await _tell_one_check(intel, pool)
    async with administering(intel) as admin:
        await admin.delete_topics([intel.prefix + CHECKS.name])

        async def gone() -> bool:
            return intel.prefix + CHECKS.name not in await admin.list_topics()

        await until(gone, "the topic is gone")

    await show(operator(intel), None)

    assert _row(capsys.readouterr().out, f"{intel.prefix}checks.v1")[2:5] == ["1", "not there", ""]


async def test_an_operator_sees_where_a_service_reads_on(intel: House, capsys: pytest.CaptureFixture[str]) -> None:
    await handle(intel, record_on(3))

    await show(operator(intel), "records.v1")

    rows = [line for line in capsys.readouterr().out.splitlines() if re.search(r"records\.v1 *. 3 ", line)]
    assert [re.split("[│┃]", each)[3].strip() for each in rows] == ["1"]
