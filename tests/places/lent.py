"""Kafka and PostgreSQL that outlive one run of tests: whoever runs many short ones in turn lends them the same places."""

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from chassis.settings import Profile
from landfall import kafka_jars
from landfall.children import Leash
from landfall.embedded.postgres import postgres
from landfall.kafka_jars import JarKafka
from landfall.pinned_jars import fetch
from landfall.system import private_folder
from tests.places.kafka import Kafka
from tests.places.memory import in_memory

NODE, URL = "LANDFALL_TEST_KAFKA_NODE", "LANDFALL_TEST_POSTGRES_URL"
PID = "pid"


@contextmanager
def lent(number: int) -> Iterator[list[Mapping[str, str]]]:
    """So many pairs, each for one run at a time: the variables that make a run use them. Ended on leaving."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield runner.run(_lend(stack, number))
        finally:
            runner.run(stack.aclose())


async def _lend(stack: AsyncExitStack, number: int) -> list[Mapping[str, str]]:
    leash = Leash()
    stack.callback(leash.close)
    folder = await stack.enter_async_context(private_folder(in_memory()))
    return [await _pair(stack, leash, folder / str(each)) for each in range(number)]


async def _pair(stack: AsyncExitStack, leash: Leash, folder: Path) -> Mapping[str, str]:
    server = await stack.enter_async_context(postgres(folder / "postgres", leash, {"fsync": "off"}))
    node = await stack.enter_async_context(kafka_jars.kafka(folder, leash))
    assert node.process is not None
    (node.folder / PID).write_text(str(node.process.pid))
    return {URL: server.url, NODE: str(node.folder)}


def borrowed(leash: Leash) -> Kafka | None:
    """What was lent to this run, if anything."""
    found = os.environ.get(NODE)
    if found is None:
        return None
    folder = Path(found)
    settings = (folder / "server.properties").read_text()
    (port,) = re.findall(r"^listeners=PLAINTEXT://127\.0\.0\.1:(\d+)", settings, re.MULTILINE)
    (cluster,) = re.findall(r"^cluster\.id=(.+)$", (folder / "data" / "meta.properties").read_text(), re.MULTILINE)
    node = JarKafka(folder, fetch(), leash, cluster, int(port))
    return Kafka(node.bootstrap, Profile.KAFKA, node, int((folder / PID).read_text()))
