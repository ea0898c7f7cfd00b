"""A desk for intel on a fresh database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.intel import app
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk


@pytest_asyncio.fixture
async def intel(database: FreshDatabase) -> AsyncIterator[Desk]:
    async with desk(app.room(), await database("intel")) as sitting:
        yield sitting
