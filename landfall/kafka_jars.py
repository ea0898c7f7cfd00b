"""Apache Kafka from its Maven Central jars, one node in KRaft mode: the truth for tests and measurements without a container."""

import asyncio
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from landfall.children import Leash, free_port, kill, start, stop
from landfall.embedded.broker import answers
from landfall.embedded.postgres import NotReadyError
from landfall.pinned_jars import fetch

READY_SECONDS = 120.0
TRIES = 5

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=16777216
"""


@dataclass(slots=True)
class JarKafka:
    """One running node. It can be killed and started again on its data."""

    folder: Path
    jars: Path
    leash: Leash
    cluster: str = field(default_factory=lambda: urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="))
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "kafka.log"

    def _java(self, *arguments: str) -> list[str]:
        return ["java", "-Xmx768m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{self.jars}/*", *arguments]

    def _properties(self) -> str:
        return PROPERTIES.format(port=self.port, controller=free_port(), data=self.folder / "data")

    def _format(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "server.properties"
        settings.write_text(self._properties())
        arguments = ("kafka.tools.StorageTool", "format", "--ignore-formatted", f"--cluster-id={self.cluster}", "-c", str(settings))
        made = subprocess.run(self._java(*arguments), capture_output=True, check=False)  # noqa: S603 - our own jars
        if made.returncode:
            message = f"Kafka's storage could not be formatted: {made.stderr.decode(errors='replace')[-2000:]}"
            raise NotReadyError(message)

    async def start(self) -> None:
        """Run it and wait until it answers; after a kill, on the same port and data.

        Raises:
            NotReadyError: it does not start.
        """
        for _ in range(TRIES if self.port == 0 else 1):
            if not self.port:
                self.port = free_port()
                await asyncio.to_thread(self._format)
            command = self._java("kafka.Kafka", str(self.folder / "server.properties"))
            self.process = start(self.leash, command, self.log)
            if await answers(self.bootstrap, self.process, READY_SECONDS, self.cluster):
                return
            stop(self.process)
            self.port = 0
        message = f"Apache Kafka does not start:\n{self.log.read_text()[-2000:]}"
        raise NotReadyError(message)

    def kill(self) -> None:
        """End it by kill -9: no last word, no flush."""
        if self.process is not None:
            kill(self.process)


@asynccontextmanager
async def kafka(folder: Path, leash: Leash) -> AsyncIterator[JarKafka]:
    """A fresh node below `folder`, killed on leaving: nobody reads it any more."""
    node = JarKafka(folder / "kafka", await asyncio.to_thread(fetch), leash)
    await node.start()
    try:
        yield node
    finally:
        await asyncio.to_thread(node.kill)
