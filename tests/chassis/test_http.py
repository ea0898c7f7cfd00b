"""Who may ask, what a refusal looks like, and what a person's decision leaves behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr

from chassis.clock import EventClock
from chassis.database import Pool, open_pool
from chassis.http import Deciding, ProblemError, Reading, application
from chassis.pulse import Pulse
from chassis.room import Room
from chassis.settings import Settings
from tests.chassis.house import nothing
from tests.conftest import FreshDatabase

TOKEN = "the token of this service"
FIGURES = (
    "landfall_messages_handled_total", "landfall_messages_doubles_total", "landfall_messages_held_total", "landfall_messages_relayed_total",
    "landfall_partitions_halted", "landfall_attempts", "landfall_outbox_messages", "landfall_outbox_age_seconds",
    "landfall_poll_age_seconds", "landfall_timers_age_seconds", "landfall_relay_age_seconds",
)  # fmt: skip
NOW = datetime(2021, 7, 31, 23, 30, tzinfo=UTC)
ONE = UUID(int=1)


def _routes() -> APIRouter:
    router = APIRouter()

    @router.put("/decisions/{decision_id}")
    async def decide(decision_id: UUID, deciding: Deciding, *, fail: bool = False) -> str:
        async with deciding() as (tx, occasion):
            await tx.execute("insert into positions (topic, partition, next) values ($1, 0, 0)", str(decision_id))
            if fail:
                raise ProblemError(HTTPStatus.CONFLICT, "Decided already", "Read it instead.")
            return occasion.day.isoformat()

    @router.get("/writing")
    async def write_while_reading(reading: Reading) -> None:
        async with reading() as tx:
            await tx.execute("delete from positions")

    @router.get("/broken/{kind}")
    async def broken(kind: str) -> None:
        raise {"data": KeyError("Penelope"), "infrastructure": asyncpg.CannotConnectNowError("")}[kind]

    return router


class Desk:
    """The HTTP side alone, on a real database."""

    def __init__(self, http: httpx.AsyncClient, pool: Pool, pulse: Pulse) -> None:
        self.http, self.pool, self.pulse, self.woken = http, pool, pulse, 0

    async def wake(self) -> None:
        self.woken += 1

    async def decided(self) -> list[str]:
        return [row["topic"] for row in await self.pool.fetch("select topic from positions")]


@asynccontextmanager
async def _desk(database: FreshDatabase, token: str | None = TOKEN) -> AsyncIterator[Desk]:
    settings = Settings(database_url=SecretStr((await database("intel")).url), api_token=SecretStr(TOKEN))
    clock, pulse = EventClock(), Pulse()
    clock.hear(NOW)
    async with open_pool(settings, "test") as pool:
        room = Room("intel", {"records": nothing}, api=_routes())
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        found: list[Desk] = []

        async def wake() -> None:
            await found[0].wake()

        app = application(room, settings, pool, clock, pulse, wake)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers) as http:
            found.append(Desk(http, pool, pulse))
            yield found[0]


@pytest.mark.parametrize("token", [None, "another token", ""])
async def test_who_does_not_show_the_token_is_refused(database: FreshDatabase, token: str | None) -> None:
    async with _desk(database, token) as desk:
        answer = await desk.http.put(f"/decisions/{ONE}")

        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert await desk.decided() == []


async def test_a_decision_is_kept_on_the_clock_s_day_and_the_relay_is_woken(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.put(f"/decisions/{ONE}")

        assert (answer.status_code, answer.json()) == (200, "2021-08-01")
        assert (await desk.decided(), desk.woken) == ([str(ONE)], 1)


async def test_a_decision_that_is_refused_leaves_nothing_and_wakes_nobody(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.put(f"/decisions/{ONE}?fail=true")

        assert answer.status_code == 409
        assert answer.json() == {"type": "about:blank", "title": "Decided already", "status": 409, "detail": "Read it instead."}
        assert (await desk.decided(), desk.woken) == ([], 0)


async def test_what_only_reads_cannot_write(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.get("/writing")

        assert answer.status_code == 503


async def test_a_malformed_request_is_told_where_and_not_what(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.put("/decisions/Penelope?fail=Quartermaine")

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [each["where"] for each in answer.json()["errors"]] == ["path.decision_id", "query.fail"]
        assert "Penelope" not in answer.text
        assert "Quartermaine" not in answer.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", f"/decisions/{ONE}", 405)])
async def test_what_is_not_there_is_told_as_a_problem_too(database: FreshDatabase, method: str, path: str, status: int) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.request(method, path)

        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_our_own_mistake_is_a_500_that_echoes_nothing(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.get("/broken/data")

        assert (answer.status_code, answer.json()["detail"]) == (500, "KeyError; nothing was changed.")


async def test_what_passes_by_itself_is_a_503_that_says_ask_again(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.get("/broken/infrastructure")

        assert answer.status_code == 503
        assert answer.json()["detail"].startswith("Ask again")


async def test_probes_and_metrics_need_no_token(database: FreshDatabase) -> None:
    async with _desk(database, token=None) as desk:
        desk.pulse.settled = True

        assert (await desk.http.get("/healthz")).status_code == 200
        assert (await desk.http.get("/readyz")).json() == {"ready": True, "complaints": []}
        scraped = (await desk.http.get("/metrics")).text
        assert [each for each in FIGURES if f"\n{each} 0.0\n" not in scraped] == []


async def test_a_service_that_has_not_taken_up_its_partitions_is_not_ready(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        answer = await desk.http.get("/readyz")

        assert (answer.status_code, answer.json()["complaints"]) == (503, ["it has not taken up its partitions yet"])


async def test_a_service_whose_database_is_gone_is_not_ready(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        desk.pulse.settled = True
        await desk.pool.close()

        assert (await desk.http.get("/readyz")).json()["complaints"] == ["the database does not answer: InterfaceError"]


async def test_a_loop_that_turns_no_more_is_not_alive(database: FreshDatabase) -> None:
    async with _desk(database) as desk:
        desk.pulse.turns["listener"] = float("-inf")

        answer = await desk.http.get("/healthz")

        assert (answer.status_code, answer.json()["complaints"]) == (503, ["the listener loop has not turned for more than 120 s"])
