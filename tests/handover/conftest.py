"""A desk for handover on a fresh database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.handover import app
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk
from tests.keys import KEYS


@pytest_asyncio.fixture
async def handover(database: FreshDatabase) -> AsyncIterator[Desk]:
    async with desk(app.room(KEYS), await database("handover")) as sitting:
        yield sitting
