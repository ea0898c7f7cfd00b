"""One service as a process of its own: on the leash, ready only when it is itself that answers, started again when it dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import httpx
import psutil

from chassis.web import TAKEN
from landfall.children import Leash, free_port, open_log

ROOT = Path(__file__).parent.parent
STOP_SECONDS = 10.0
LOG_TAIL_BYTES = 3000
LONGEST_PAUSE_SECONDS = 5.0
# Whoever lived this long has not died of starting; its next death is a first one.
WELL_SECONDS = 60.0

Tell = Callable[[str], None]


@dataclass(slots=True)
class ServiceProcess:
    """How a service is started, and the process that runs now. `environment` holds secrets: never print it."""

    name: str
    port: int
    environment: dict[str, str]
    log: Path
    leash: Leash
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    deaths: int = 0
    again_at: float | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it, on another port if somebody has taken its own."""
        self.port, self.started_at, self.again_at = free_port(self.port), monotonic(), None
        # Settings of whoever started us are not settings of the service.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LANDFALL_")}
        with open_log(self.log) as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", f"services.{self.name}"],
                cwd=ROOT,
                env=inherited | self.environment | {"LANDFALL_HTTP_PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(self.leash.read_fd,),
                start_new_session=True,
            )

    async def ready(self, client: httpx.AsyncClient) -> bool:
        """Whether it says so, and not somebody else who took the port first."""
        with suppress(httpx.TransportError, psutil.Error):
            if self.process is not None and self.port in _heard_by(self.process.pid):
                return (await client.get(f"{self.address}/readyz")).is_success
        return False

    @property
    def robbed(self) -> bool:
        """Whether it died because its port was taken between our look and its start, though by now it may be free again."""
        return not self.running and (free_port(self.port) != self.port or f"{TAKEN} 127.0.0.1:{self.port}" in self.log_tail())

    def tend(self, tell: Tell) -> bool:
        """Start it again if it died: at once after a first death, then after a growing, bounded pause. Whether it was started."""
        if self.running:
            return False
        if self.again_at is None:
            self.deaths = 1 if monotonic() - self.started_at > WELL_SECONDS else self.deaths + 1
            pause_seconds = 0.0 if self.deaths == 1 else min(LONGEST_PAUSE_SECONDS, 0.2 * 2**self.deaths)
            self.again_at = monotonic() + pause_seconds
            tell(f"{self.name}: ended with {self._reason()}; starting it again{f' in {pause_seconds:.1f} s' if pause_seconds else ''}")
        if monotonic() < self.again_at:
            return False
        self.start()
        return True

    def _reason(self) -> str:
        status = self.process.returncode if self.process else None
        return signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"

    def log_tail(self) -> str:
        return self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace") if self.log.exists() else ""

    def ask_to_stop(self) -> None:
        if self.running and self.process is not None:
            self.process.terminate()

    def end(self) -> None:
        """Wait until it has stopped, at most `STOP_SECONDS`; then end it."""
        if self.process is not None:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _heard_by(pid: int) -> set[int]:
    """The ports that this process listens on."""
    connections = psutil.Process(pid).net_connections("tcp")
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}
