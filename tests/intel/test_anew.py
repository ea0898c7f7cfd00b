"""Each attempt at a batch is decided anew from what is stored, and nothing that an earlier attempt had in mind is left (H11)."""

import pytest

from services.intel.app import room
from tests.chassis.conftest import FreshHouse, house
from tests.chassis.disagreeing import record_on
from tests.chassis.ordering import has_read
from tests.chassis.tellings import created

__all__ = ["house"]


@pytest.mark.kafka
async def test_what_was_decided_in_an_attempt_that_failed_is_decided_again(house: FreshHouse) -> None:
    intel, refused, others = await house("intel"), record_on(3), [record_on(3) for _ in range(4)]
    await intel.owner.execute(f"alter table intel_check add check (record_id <> '{refused}')")
    await intel.tell(*map(created, (*others[:2], refused, *others[2:])))

    async with intel.opened(room()):
        await has_read(intel, 5)

    wanted = sorted(map(str, others))
    assert [row["of"] for row in await intel.owner.fetch("select record_id::text as of from intel_check order by of")] == wanted
    assert [row["subject"] for row in await intel.owner.fetch("select subject from said order by subject")] == wanted
    assert [each["subject"] for each in (await intel.held()).values()] == [str(refused)]
