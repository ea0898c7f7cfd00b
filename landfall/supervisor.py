"""The whole system from wheels alone: started in order, health-checked, supervised, and gone with us."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chassis.migrate import migrate
from contracts.catalogue import SERVICES
from landfall.children import Leash, free_port
from landfall.embedded.broker import EmbeddedBroker, broker
from landfall.embedded.postgres import EmbeddedPostgres, NotReadyError, postgres
from landfall.provision import Database, passwords, provision
from landfall.topics import make_topics
from trust.keys import write_development_key_file

ROOT = Path(__file__).parent.parent
FIRST_PORT = 8081
READY_SECONDS = 90.0
STOP_SECONDS = 12.0
LOG_TAIL_BYTES = 3000

Tell = Callable[[str], None]


@dataclass(slots=True)
class ServiceProcess:
    """One service: how it is started, and the process that runs now."""

    name: str
    port: int
    environment: dict[str, str]
    log: Path
    leash: Leash
    process: "subprocess.Popen[bytes] | None" = None
    restarts: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", f"services.{self.name}"],
                cwd=ROOT,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(self.leash.read_fd,),
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def log_tail(self) -> str:
        return self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace") if self.log.exists() else ""


@dataclass(slots=True)
class System:
    """What runs, and where. `superuser_url` and `api_token` are secrets: never print them."""

    folder: Path
    postgres: EmbeddedPostgres
    broker: EmbeddedBroker
    services: dict[str, ServiceProcess]
    api_token: str
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""

    @property
    def bootstrap(self) -> str:
        return self.broker.bootstrap

    @property
    def superuser_url(self) -> str:
        return self.postgres.url

    @property
    def addresses(self) -> dict[str, str]:
        return {name: service.address for name, service in self.services.items()}

    def pids(self) -> dict[str, int]:
        """The process of each service that runs now."""
        return {name: each.process.pid for name, each in self.services.items() if each.process is not None}

    def write_facts(self) -> None:
        """Addresses and processes, for whoever may read our private folder."""
        facts = {"bootstrap": self.bootstrap, "addresses": self.addresses, "pids": self.pids()}
        path = self.folder / "run.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(facts, indent=2))
        fresh.replace(path)


def _make_private() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="landfall-"))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


@asynccontextmanager
async def private_folder() -> AsyncIterator[Path]:
    """A folder that nobody else can list and that goes with us. PostgreSQL's own user must be able to pass through when we are root."""
    folder = await asyncio.to_thread(_make_private)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def running(clock: str = "live", tell: Tell = print) -> AsyncIterator[System]:
    """Start everything; stop it on leaving.

    Raises:
        NotReadyError: something does not start; the text has the end of its log.
    """
    leash = Leash()
    async with AsyncExitStack() as stack:
        stack.callback(leash.close)
        folder = await stack.enter_async_context(private_folder())
        tell("PostgreSQL: starting")
        server = await stack.enter_async_context(postgres(folder, leash, {"fsync": "off"}))
        databases = await provision(server.url, passwords())
        for service, database in databases.items():
            await migrate(database.owner_url, service)
        tell("broker: starting (embedded, memory only: a demonstration of wiring, not of durability)")
        embedded = await stack.enter_async_context(broker(folder, leash))
        await make_topics(embedded.bootstrap, with_settings=False)
        token = secrets.token_urlsafe(24)
        services = {name: _service(name, folder, leash, embedded, databases[name], token, clock) for name in SERVICES}
        system = System(folder, server, embedded, services, token)
        stack.push_async_callback(_stop_services, system)
        await _start_services(system, tell)
        watching = asyncio.create_task(_supervise(system, tell))
        stack.callback(watching.cancel)
        yield system


def _service(  # noqa: PLR0913 - each is a plain fact about the service
    name: str, folder: Path, leash: Leash, embedded: EmbeddedBroker, database: Database, token: str, clock: str
) -> ServiceProcess:
    key_file = folder / "keys.json"
    if name == "records" and not key_file.exists():
        write_development_key_file(key_file)
    port = free_port(FIRST_PORT + SERVICES.index(name))
    environment = {
        "LANDFALL_PROFILE": "embedded",
        "LANDFALL_CLOCK": clock,
        "LANDFALL_KAFKA_BOOTSTRAP": embedded.bootstrap,
        "LANDFALL_KAFKA_SESSION_TIMEOUT_MS": "6000",
        "LANDFALL_DATABASE_URL": database.url,
        "LANDFALL_HTTP_PORT": str(port),
        "LANDFALL_API_TOKEN": token,
        "LANDFALL_KEY_FILE": str(key_file),
        "LANDFALL_LEASH_FD": str(leash.read_fd),
    }
    return ServiceProcess(name, port, environment, folder / f"{name}.log", leash)


async def _start_services(system: System, tell: Tell) -> None:
    for each in system.services.values():
        each.start()
        tell(f"{each.name}: starting")
    system.write_facts()
    async with httpx.AsyncClient(timeout=5) as client:
        for each in system.services.values():
            await _until_ready(each, client)
            tell(f"{each.name}: ready at {each.address}")


async def _until_ready(service: ServiceProcess, client: httpx.AsyncClient) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while service.running and asyncio.get_running_loop().time() < deadline:
        try:
            if (await client.get(f"{service.address}/readyz")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    message = f"{service.name} is not ready; the end of its log:\n{service.log_tail()}"
    raise NotReadyError(message)


async def _supervise(system: System, tell: Tell) -> None:
    """Start again what dies. The broker holds everything in memory: with it the run is over, and says so."""
    while True:
        await asyncio.sleep(0.2)
        if system.broker.process.poll() is not None:
            system.why = "the embedded broker died, and what it held in memory with it; start again"
            system.broken.set()
            return
        if system.postgres.process is not None and system.postgres.process.poll() is not None:
            tell("PostgreSQL: died; starting it again on its data")
            await system.postgres.start()
        for each in system.services.values():
            if not each.running:
                await _again(each, system, tell)


async def _again(service: ServiceProcess, system: System, tell: Tell) -> None:
    status = service.process.returncode if service.process else None
    service.restarts += 1
    tell(f"{service.name}: ended with {_reason(status)}; starting it again ({service.restarts})")
    await asyncio.sleep(min(5.0, 0.2 * 2 ** (service.restarts - 1)) if service.restarts > 1 else 0)
    service.start()
    system.write_facts()


def _reason(status: int | None) -> str:
    return signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"


async def _stop_services(system: System) -> None:
    for each in system.services.values():
        if each.running and each.process is not None:
            each.process.terminate()
    for each in system.services.values():
        if each.process is not None:
            await asyncio.to_thread(_end, each.process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
