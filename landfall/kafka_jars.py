"""Apache Kafka from its Maven Central jars, one node in KRaft mode: the truth for tests and measurements without a container."""

import asyncio
import hashlib
import os
import re
import signal
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from landfall.children import Leash, free_port, start, stop
from landfall.embedded.broker import answers
from landfall.embedded.postgres import NotReadyError

PINS = Path(__file__).parent.parent / "deploy" / "kafka"
FETCH_SECONDS = 300
READY_SECONDS = 60.0
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


class WrongJarError(RuntimeError):
    """The jars are not those that were pinned; the text names the first that differs."""


def version() -> str:
    """The pinned version of Apache Kafka."""
    found = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)", (PINS / "pom.xml").read_text())
    if found is None:
        message = "deploy/kafka/pom.xml names no kafka_2.13"
        raise WrongJarError(message)
    return found[1]


def cache() -> Path:
    """Where the jars are kept between runs."""
    return Path(os.environ.get("LANDFALL_KAFKA_JARS", Path.home() / ".cache" / "landfall" / f"kafka-{version()}"))


def fetch(folder: Path | None = None) -> Path:
    """The folder with the jars, fetched if need be, verified always.

    Raises:
        WrongJarError: a jar is missing, superfluous, or not the pinned one.
        subprocess.SubprocessError: Maven failed or Maven Central did not answer.
    """
    folder = folder or cache()
    if not folder.is_dir() or not any(folder.iterdir()):
        command = [
            "mvn", "-q", "-B", "-f", str(PINS / "pom.xml"), "dependency:copy-dependencies", "-DincludeScope=runtime",
            f"-DoutputDirectory={folder}",
        ]  # fmt: skip
        subprocess.run(command, check=True, timeout=FETCH_SECONDS, stdin=subprocess.DEVNULL)  # noqa: S603 - our own pins
    verify(folder)
    return folder


def verify(folder: Path) -> None:
    """Compare each jar with its pinned checksum, both ways.

    Raises:
        WrongJarError: they differ.
    """
    lines = [line.split() for line in (PINS / "jars.sha256").read_text().splitlines()]
    pinned = {name: checksum for checksum, name in lines}
    found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.glob("*.jar")}
    for name in sorted(pinned.keys() | found.keys()):
        if pinned.get(name) != found.get(name):
            message = f"{folder / name} is not the pinned jar (deploy/kafka/jars.sha256); remove the folder to fetch it anew"
            raise WrongJarError(message)


@dataclass(slots=True)
class JarKafka:
    """One running node. It can be killed and started again on its data."""

    folder: Path
    jars: Path
    leash: Leash
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

    def _format(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = PROPERTIES.format(port=self.port, controller=free_port(), data=self.folder / "data")
        (self.folder / "server.properties").write_text(properties)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster, "-c", str(self.folder / "server.properties"))
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
            if await answers(self.bootstrap, self.process, READY_SECONDS):
                return
            stop(self.process)
            self.port = 0
        message = f"Apache Kafka does not start:\n{self.log.read_text()[-2000:]}"
        raise NotReadyError(message)

    def kill(self) -> None:
        """End the node itself with kill -9, not its leash."""
        if self.process is not None:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for each in children:
                os.kill(int(each), signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)


@asynccontextmanager
async def kafka(folder: Path, leash: Leash) -> AsyncIterator[JarKafka]:
    """A fresh node below `folder`, stopped on leaving."""
    node = JarKafka(folder / "kafka", await asyncio.to_thread(fetch), leash)
    await node.start()
    try:
        yield node
    finally:
        await asyncio.to_thread(node.stop)
