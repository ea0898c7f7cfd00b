"""A stage for processes that read records.v1, are started and ended, and are told of records without pause."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from landfall.children import Leash
from tests.conftest import FreshDatabase, FreshTopics
from tests.faults.load import Stage, stage
from tests.places.kafka import Kafka


@pytest_asyncio.fixture
async def intel(  # noqa: PLR0913 - the places it needs
    kafka: Kafka, database: FreshDatabase, topics: FreshTopics, topic_prefix: str, leash: Leash, tmp_path: Path
) -> AsyncIterator[Stage]:
    await topics("records", "checks", "discards")
    async with stage(kafka, await database("intel"), topic_prefix, leash, tmp_path) as found:
        yield found
