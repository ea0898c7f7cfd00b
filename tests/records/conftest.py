"""Records at its desk, on a real database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.records.app import room
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk
from tests.keys import KEYS


@pytest_asyncio.fixture
async def records(database: FreshDatabase) -> AsyncIterator[Desk]:
    async with desk(room(KEYS), await database("records")) as sitting:
        yield sitting
