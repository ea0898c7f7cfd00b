"""Real places for all tests: one PostgreSQL and one Kafka a run, a fresh database and fresh topics for every test."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.settings import Profile
from contracts.catalogue import TOPICS
from landfall.children import Leash
from landfall.provision import Database
from landfall.system import private_folder
from landfall.topics import make_topics
from tests.places import docker, lent
from tests.places import kafka as kafkas
from tests.places import postgres as postgreses
from tests.places.kafka import Kafka
from tests.places.memory import in_memory
from tests.places.postgres import Postgres

FreshDatabase = Callable[[str], Awaitable[Database]]
FreshTopics = Callable[..., Awaitable[None]]

TOGETHER = frozenset({"compatibility", "deploy", "landfall", "simulators"})


def pytest_configure() -> None:
    os.environ.setdefault("JDK_JAVA_OPTIONS", kafkas.BRIEF_JAVA)


def pytest_report_header() -> list[str]:
    return [f"Kafka: {kafkas.title(kafkas.chosen())}", f"PostgreSQL: {postgreses.title()}"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs a Docker engine where none is; skip what needs Apache Kafka on the embedded broker. Both are counted.

    Where several workers share the tests (pytest-xdist), those of one file that start whole systems, or share what took long to make, stay
    with one worker.
    """
    without_docker = [] if docker.has_image(docker.KAFKA_IMAGE) else [each for each in items if each.get_closest_marker("docker")]
    if without_docker:
        config.hook.pytest_deselected(items=without_docker)
        items[:] = [each for each in items if each not in without_docker]
    if kafkas.chosen() == "embedded":
        for each in items:
            if each.get_closest_marker("kafka"):
                each.add_marker(pytest.mark.skip(reason="needs Apache Kafka; this run is on the embedded broker"))
    for each in items:
        if each.path.parent.name in TOGETHER:
            each.add_marker(pytest.mark.xdist_group(each.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where Apache Kafka was asked for, a skipped test is a hole in the proof."""
    skipped = len(terminalreporter.stats.get("skipped", ()))
    if skipped and os.environ.get("LANDFALL_TEST_KAFKA") == "jars":
        terminalreporter.section("skipped")
        terminalreporter.line(f"{skipped} skipped with LANDFALL_TEST_KAFKA=jars, where nothing may be: this run counts as failed.")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped") and os.environ.get("LANDFALL_TEST_KAFKA") == "jars":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def leash() -> Iterator[Leash]:
    held = Leash()
    yield held
    held.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lot() -> AsyncIterator[Path]:
    # Not pytest's folder: it closes that to everybody else whenever a run starts, and PostgreSQL is somebody else when we are root.
    async with private_folder(in_memory()) as folder:
        yield folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres(lot: Path, leash: Leash) -> AsyncIterator[Postgres]:
    async with postgreses.running(lot / "postgres", leash) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(lot: Path, leash: Leash) -> AsyncIterator[Kafka]:
    if (given := lent.borrowed(leash)) is not None:
        yield given
        return
    async with kafkas.running(kafkas.chosen(), lot, leash) as running:
        yield running


@pytest_asyncio.fixture
async def database(postgres: Postgres) -> AsyncIterator[FreshDatabase]:
    """`await database("records")` is a fresh, migrated database of that service."""
    made: list[str] = []

    async def fresh(service: str) -> Database:
        name, found = await postgres.fresh(service)
        made.append(name)
        return found

    yield fresh
    for name in made:
        await postgres.drop(name)


@pytest.fixture
def topic_prefix() -> str:
    return f"t{secrets.token_hex(3)}."


@pytest_asyncio.fixture
async def topics(kafka: Kafka, topic_prefix: str) -> AsyncIterator[FreshTopics]:
    """`await topics("records", "checks")` makes the topics of those families under this test's prefix; they are gone with the test."""
    made: set[str] = set()

    async def fresh(*families: str) -> None:
        wanted = [topic for topic in TOPICS if topic.family.name in families]
        made.update(topic_prefix + topic.name for topic in wanted)
        await make_topics(kafka.bootstrap, wanted, prefix=topic_prefix, embedded=kafka.profile is Profile.EMBEDDED)

    yield fresh
    await kafkas.forget_topics(kafka, sorted(made))
