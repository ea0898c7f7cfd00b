"""A service as its own operating-system process, so that it can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from landfall.children import Leash, free_port
from landfall.provision import Database
from tests.places.kafka import Kafka
from trust.keys import write_development_key_file

ROOT = Path(__file__).parent.parent.parent


class ServiceProcess:
    """One running service; `module` is what runs as it, where that is not the service itself."""

    def __init__(self, name: str, environment: dict[str, str], leash: Leash, log: Path, module: str | None = None) -> None:
        self.name, self.log, self.port = name, log, free_port()
        environment = {**os.environ, **environment, "LANDFALL_HTTP_PORT": str(self.port), "LANDFALL_LEASH_FD": str(leash.read_fd)}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module or f"services.{name}"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                pass_fds=(leash.read_fd,),
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def complaints(self) -> str:
        """What it says of itself now, and the end of its log."""
        try:
            said = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).text
        except httpx.TransportError as error:
            said = f"{type(error).__name__} at /readyz"
        return f"{self.name}: {said}\n{self.log.read_text()[-2000:]}"

    def ready(self) -> bool:
        assert self.process.poll() is None, f"{self.name} ended:\n{self.log.read_text()[-2000:]}"
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).is_success
        except httpx.TransportError:
            return False


def environment_of(kafka: Kafka, database: Database, prefix: str, folder: Path) -> dict[str, str]:
    """What a service needs to know to run there."""
    key_file = folder / "keys.json"
    if not key_file.exists():
        write_development_key_file(key_file)
    return {
        "LANDFALL_PROFILE": kafka.profile,
        "LANDFALL_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "LANDFALL_KAFKA_TOPIC_PREFIX": prefix,
        "LANDFALL_KAFKA_SESSION_TIMEOUT_MS": "6000",
        "LANDFALL_DATABASE_URL": database.url,
        "LANDFALL_API_TOKEN": "for tests alone",
        "LANDFALL_KEY_FILE": str(key_file),
    }


@contextmanager
def processes(name: str, number: int, environment: dict[str, str], leash: Leash, folder: Path) -> Iterator[list[ServiceProcess]]:
    """So many instances of one service, ended whatever happens."""
    running = [ServiceProcess(name, environment, leash, folder / f"{name}-{index}.log") for index in range(number)]
    try:
        yield running
    finally:
        for each in running:
            each.end()
