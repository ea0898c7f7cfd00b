"""A desk for stats on a fresh database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.stats import app
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk


@pytest_asyncio.fixture
async def stats(database: FreshDatabase) -> AsyncIterator[Desk]:
    async with desk(app.room(), await database("stats")) as sitting:
        yield sitting
