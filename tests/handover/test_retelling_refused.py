"""Who may not have a force told again, and what is not told then: anything, to anybody."""

import pytest

from tests.furniture import Desk
from tests.handover.told import ASKED, CLEVELAND, KENT, RECORD, offered, tell_again


@pytest.mark.parametrize("force", ["clevland", "Cleveland", "british-transport-police", "cleveland%20"])
async def test_a_force_that_takes_no_handovers_is_refused_and_no_other_is_told(handover: Desk, force: str) -> None:
    await offered(handover, RECORD)

    answer = await tell_again(handover, force)

    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"where": "path.force", "rule": "force_slug"}]
    await _nothing_came_of_it(handover)


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"reason": "lost"}, "body.asked_by"),
        ({"asked_by": "ACRO-1"}, "body.reason"),
        ({"asked_by": "", "reason": "lost"}, "body.asked_by"),
        ({"asked_by": "Zynba Xample", "reason": "lost"}, "body.asked_by"),
        ({"asked_by": "ACRO-1", "reason": "  "}, "body.reason"),
        ({"asked_by": "ACRO-1", "reason": "lost\x00"}, "body.reason"),
        ({"asked_by": "ACRO-1", "reason": "x" * 501}, "body.reason"),
        ({"asked_by": "ACRO-1", "reason": "lost", "force": KENT}, "body.force"),
    ],
    ids=[
        "nobody asks",
        "no reason",
        "an empty account",
        "a name",
        "a blank reason",
        "a reason no table can keep",
        "a novel",
        "a second force",
    ],
)
async def test_who_does_not_say_who_and_why_is_refused(handover: Desk, asked: dict[str, str], where: str) -> None:
    await offered(handover, RECORD)

    answer = await handover.http.post(f"/forces/{CLEVELAND}/notices", json=asked)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["where"] for error in answer.json()["errors"]] == [where]
    await _nothing_came_of_it(handover)


async def test_nobody_has_a_force_told_again_without_the_token(handover: Desk) -> None:
    await offered(handover, RECORD)

    answer = await handover.http.post(f"/forces/{CLEVELAND}/notices", json=ASKED, headers={"Authorization": "Bearer another"})

    assert answer.status_code == 401
    await _nothing_came_of_it(handover)


async def _nothing_came_of_it(handover: Desk) -> None:
    assert [fact.TYPE for fact in await handover.told()] == ["handover-offered.v1", "handover-notice.v1"]
    assert not await handover.pool.fetchval("select exists (select from retelling)")
