"""A desk for handover on a fresh database."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.handover import app
from tests.conftest import FreshDatabase
from tests.furniture import Desk, desk
from trust.keys import Keys

KEYS = Keys(1, key_encryption_key=b"k" * 32, lookup_key=b"l" * 32)


@pytest_asyncio.fixture
async def handover(database: FreshDatabase) -> AsyncIterator[Desk]:
    async with desk(app.room(KEYS), await database("handover")) as sitting:
        yield sitting
