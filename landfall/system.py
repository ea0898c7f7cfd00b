"""What runs here and where: for those who started it, and for whoever may read our private folder."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landfall.embedded.broker import EmbeddedBroker
from landfall.embedded.postgres import EmbeddedPostgres
from landfall.service_process import ServiceProcess


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
        """Where each service answers now; a restart may move it."""
        return {name: service.address for name, service in self.services.items()}

    def pids(self) -> dict[str, int]:
        """The process of each service that runs now."""
        return {name: each.process.pid for name, each in self.services.items() if each.process is not None}

    def breaks(self, why: str) -> None:
        """The run is over."""
        self.why = why
        self.broken.set()

    @contextmanager
    def breaking(self) -> "Iterator[asyncio.Task[Any]]":
        """What ends when the run does, for whoever waits for that besides something else."""
        waiting = asyncio.create_task(self.broken.wait())
        try:
            yield waiting
        finally:
            waiting.cancel()

    def write_facts(self) -> None:
        """Addresses and processes, for whoever may read our private folder. `leashes` are those of the places that services need."""
        leashes = {"broker": self.broker.process.pid, "postgres": self.postgres.process.pid if self.postgres.process else None}
        facts = {"bootstrap": self.bootstrap, "addresses": self.addresses, "pids": self.pids(), "leashes": leashes}
        path = self.folder / "run.json"
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(facts, indent=2))
        fresh.replace(path)


def _make_private(parent: Path | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="landfall-", dir=parent))
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


@asynccontextmanager
async def private_folder(parent: Path | None = None) -> AsyncIterator[Path]:
    """A folder that nobody else can list and that goes with us. PostgreSQL's own user must be able to pass through when we are root."""
    folder = await asyncio.to_thread(_make_private, parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
