"""The whole system from wheels alone: started in order, health-checked, supervised, and gone with us."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import httpx

from chassis.migrate import migrate
from chassis.parts import until_one_ends
from contracts.catalogue import SECRET_KEEPERS, SERVICES
from landfall.children import Leash, free_port
from landfall.embedded.broker import EmbeddedBroker, broker
from landfall.embedded.postgres import NotReadyError, postgres
from landfall.provision import Database, passwords, provision
from landfall.service_process import ServiceProcess, Tell
from landfall.system import System, private_folder
from landfall.topics import TopicError, make_topics
from trust.keys import write_development_key_file

FIRST_PORT = 8081
READY_SECONDS = 90.0
LOOK_SECONDS = 0.2

T = TypeVar("T")


@asynccontextmanager
async def running(clock: str = "live", tell: Tell = print, stop: asyncio.Event | None = None) -> AsyncIterator[System]:
    """Start everything; stop it on leaving. `stop` is heeded while it starts; afterwards it is the caller's to heed.

    Raises:
        NotReadyError: something does not start (the text has the end of its log), or `stop` was set before all was ready.
    """
    async with AsyncExitStack() as stack:
        system = await _unless(stop or asyncio.Event(), _start(stack, clock, tell))
        watching = asyncio.create_task(_supervise(system, tell))
        stack.callback(watching.cancel)
        yield system


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Cancelled once and waited for, unlike `unless_cut_short`: a server that is still stopping writes to a folder that goes with us."""
    working = asyncio.create_task(work)
    try:
        await until_one_ends(stop, [working])
    finally:
        if not working.done():
            working.cancel()
            await asyncio.wait([working])
    if working.cancelled():
        message = "stopped before everything was ready"
        raise NotReadyError(message)
    return working.result()


async def _start(stack: AsyncExitStack, clock: str, tell: Tell) -> System:
    leash = Leash()
    stack.callback(leash.close)
    folder = await stack.enter_async_context(private_folder())
    tell("PostgreSQL: starting")
    server = await stack.enter_async_context(postgres(folder, leash, {"fsync": "off"}))
    databases = await provision(server.url, passwords())
    for service, database in databases.items():
        await migrate(database.owner_url, service)
    tell("broker: starting (embedded, memory only: a demonstration of wiring, not of durability)")
    embedded = await stack.enter_async_context(broker(folder, leash))
    try:
        await make_topics(embedded.bootstrap, embedded=True)
    except TopicError as error:
        raise NotReadyError(str(error)) from error
    token = secrets.token_urlsafe(24)
    services = {name: _service(name, folder, leash, embedded, databases[name], token, clock) for name in SERVICES}
    system = System(folder, server, embedded, services, token)
    stack.push_async_callback(_stop_services, system)
    await _start_services(system, tell)
    return system


def _service(  # noqa: PLR0913 - each is a plain fact about the service
    name: str, folder: Path, leash: Leash, embedded: EmbeddedBroker, database: Database, token: str, clock: str
) -> ServiceProcess:
    key_file = folder / f"{name}-keys.json"
    if name in SECRET_KEEPERS:
        write_development_key_file(key_file)
    environment = {
        "LANDFALL_PROFILE": "embedded",
        "LANDFALL_CLOCK": clock,
        "LANDFALL_KAFKA_BOOTSTRAP": embedded.bootstrap,
        "LANDFALL_KAFKA_SESSION_TIMEOUT_MS": "6000",
        "LANDFALL_DATABASE_URL": database.url,
        "LANDFALL_API_TOKEN": token,
        "LANDFALL_KEY_FILE": str(key_file),
        "LANDFALL_LEASH_FD": str(leash.read_fd),
    }
    return ServiceProcess(name, free_port(FIRST_PORT + SERVICES.index(name)), environment, folder / f"{name}.log", leash)


async def _start_services(system: System, tell: Tell) -> None:
    for each in system.services.values():
        each.start()
        tell(f"{each.name}: starting")
    async with httpx.AsyncClient(timeout=5) as client:
        for each in system.services.values():
            await _until_ready(each, client)
            tell(f"{each.name}: ready at {each.address}")
    system.write_facts()


async def _until_ready(service: ServiceProcess, client: httpx.AsyncClient) -> None:
    deadline = monotonic() + READY_SECONDS
    while monotonic() < deadline and (service.running or service.robbed):
        if not service.running:
            service.start()
        if await service.ready(client):
            return
        await asyncio.sleep(0.1)
    message = f"{service.name} is not ready; the end of its log:\n{service.log_tail()}"
    raise NotReadyError(message)


async def _supervise(system: System, tell: Tell) -> None:
    """Start again what dies, until the run is over."""
    while not system.broken.is_set():
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await _look_after(system, tell)
        except (NotReadyError, OSError) as error:
            system.breaks(str(error))


async def _look_after(system: System, tell: Tell) -> None:
    if system.broker.process.poll() is not None:
        # It held everything in memory: nothing can be started again where it was.
        system.breaks("the embedded broker died, and what it held in memory with it; start again")
        return
    if system.postgres.process is not None and system.postgres.process.poll() is not None:
        tell("PostgreSQL: died; starting it again on its data")
        await system.postgres.start()
        system.write_facts()
    started = [each.tend(tell) for each in system.services.values()]
    if any(started):
        system.write_facts()


async def _stop_services(system: System) -> None:
    for each in system.services.values():
        each.ask_to_stop()
    for each in system.services.values():
        await asyncio.to_thread(each.end)
