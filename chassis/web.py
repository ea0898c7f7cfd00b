"""The part of a service that answers HTTP: uvicorn, which leaves signals to the whole service and says why it cannot listen."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from chassis.settings import Settings

TAKEN = "nothing can listen on"


class Server(uvicorn.Server):
    """Signals are ours: they stop the whole service, in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(settings: Settings, app: Any) -> Server:
    """For an ASGI application."""
    host, port = settings.http_host, settings.http_port
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
    return Server(config)


async def answer(server: Server) -> None:
    """Serve HTTP.

    Raises:
        OSError: the address is taken; uvicorn alone would end the process without a word.
    """
    try:
        await server.serve()
    except SystemExit:
        message = f"{TAKEN} {server.config.host}:{server.config.port}; set LANDFALL_HTTP_PORT to a port that is free"
        raise OSError(message) from None
    except asyncio.CancelledError:
        if server.started:
            await server.shutdown()
        raise
