"""A service's HTTP side: who may ask, what a refusal looks like (RFC 9457), and the transaction in which a person's decision is made."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException

from chassis import readiness
from chassis.clock import Clock
from chassis.database import Pool, Transaction
from chassis.failure import Fault, fault_of
from chassis.ids import uuid7
from chassis.metrics import Ages
from chassis.occasion import Occasion
from chassis.pulse import Pulse
from chassis.room import Room
from chassis.settings import Settings

PROBLEM = "application/problem+json"


class ProblemError(Exception):
    """A refusal that says what is wrong and what to do; never whose data it was about."""

    def __init__(self, status: HTTPStatus, title: str, detail: str) -> None:
        self.status, self.title, self.detail = status, title, detail
        super().__init__(title)


_bearer = HTTPBearer(auto_error=False, description="LANDFALL_API_TOKEN of this service")


def _authorised(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    token: str = request.app.state.api_token
    if given is None or not hmac.compare_digest(given.credentials.encode(), token.encode()):
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "Not authorised", "Send this service's token as 'Authorization: Bearer <token>'.")


def _recalled(request: Request) -> None:
    """Before that the database may be older than what was told: what it says is not true, and what is decided on it contradicts."""
    why: str | None = request.app.state.pulse.recalling
    if why is not None:
        detail = f"This service cannot answer yet: {why}. Ask again in a while; nothing was changed."
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "Not yet", detail)


DecidingTransaction = Callable[[], AbstractAsyncContextManager[tuple[Transaction, Occasion]]]
ReadingTransaction = Callable[[], AbstractAsyncContextManager[Transaction]]


def _deciding(request: Request) -> DecidingTransaction:
    state = request.app.state

    @asynccontextmanager
    async def deciding() -> AsyncIterator[tuple[Transaction, Occasion]]:
        async with state.pool.acquire() as tx, tx.transaction():
            yield tx, Occasion(state.clock.now(), uuid7())
        await state.on_commit()

    return deciding


def _reading(request: Request) -> ReadingTransaction:
    @asynccontextmanager
    async def reading() -> AsyncIterator[Transaction]:
        async with request.app.state.pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            yield tx

    return reading


Deciding = Annotated[DecidingTransaction, Depends(_deciding)]
Reading = Annotated[ReadingTransaction, Depends(_reading)]


def problem(status: HTTPStatus, title: str, detail: str, **more: Any) -> JSONResponse:
    """RFC 9457 problem details."""
    body = {"type": "about:blank", "title": title, "status": status.value, "detail": detail, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


def application(  # noqa: PLR0913 - the one place where a service's HTTP side is put together
    room: Room, settings: Settings, pool: Pool, clock: Clock, pulse: Pulse, on_commit: Callable[[], Awaitable[None]]
) -> FastAPI:
    """The service's routes, with probes and metrics beside them. The embedded documentation pages need a network and are off."""
    app = FastAPI(title=f"Landfall {room.name}", version="1", docs_url=None, redoc_url=None)
    app.state.pool, app.state.clock, app.state.pulse, app.state.on_commit = pool, clock, pulse, on_commit
    app.state.api_token = settings.api_token.get_secret_value()
    app.include_router(room.api, dependencies=[Depends(_authorised), Depends(_recalled)])
    _add_probes(app, pool, pulse, settings)
    _add_refusals(app)
    return app


def _add_probes(app: FastAPI, pool: Pool, pulse: Pulse, settings: Settings) -> None:
    pulse.registry.register(Ages(pulse))

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return _probe("alive", pulse.ills)

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        return _probe("ready", await readiness.complaints(pulse, pool, settings))

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(pulse.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _probe(asked: str, complaints: list[str]) -> Response:
    answer: dict[str, Any] = {asked: not complaints, "complaints": complaints}
    if complaints:
        answer["see"] = readiness.RUNBOOK
    return JSONResponse(answer, status_code=HTTPStatus.SERVICE_UNAVAILABLE if complaints else HTTPStatus.OK)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def refused(_request: Request, error: ProblemError) -> JSONResponse:
        return problem(error.status, error.title, error.detail)

    @app.exception_handler(HTTPException)
    async def not_here(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(HTTPStatus(error.status_code), HTTPStatus(error.status_code).phrase, "See /openapi.json for what can be asked here.")

    @app.exception_handler(RequestValidationError)
    async def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [{"where": ".".join(map(str, each["loc"])), "rule": each["type"]} for each in error.errors()]
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed request", "Correct what 'errors' names.", errors=found)

    @app.exception_handler(Exception)
    async def failed(_request: Request, error: Exception) -> JSONResponse:
        if fault_of(error) is Fault.INFRASTRUCTURE:
            detail = "Ask again: nothing was changed, or what was changed is kept."
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Not available now", detail)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Failed", f"{type(error).__name__}; nothing was changed.")
