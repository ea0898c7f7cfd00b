"""What an operator does about held tellings, and how a test sees what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from chassis.ordering import Wish, order
from contracts.catalogue import FACTS
from landfall.operator_settings import Operator
from landfall.provision import Database
from tests.chassis.house import House
from tests.places.kafka import Kafka
from tests.waiting import PATIENCE_SECONDS, until

BY, WHY = "4711", "it was looked at"


@contextmanager
def older_release(monkeypatch: pytest.MonkeyPatch, *unknown: str) -> Iterator[None]:
    """One that does not know these types yet."""
    with monkeypatch.context() as older:
        for each in unknown:
            older.delitem(FACTS, each)
        yield


def operator_at(kafka: Kafka, prefix: str, database: Database) -> Operator:
    """Who looks after the service whose database that is."""
    return Operator(kafka_bootstrap=kafka.bootstrap, kafka_topic_prefix=prefix, profile=kafka.profile, database_url=SecretStr(database.url))


def operator(house: House) -> Operator:
    return operator_at(house.kafka, house.prefix, house.database)


async def has_read(house: House, number: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
    async def places_sum_up() -> bool:
        return bool(await house.fetchval("select sum(next) = $1 from positions", number))

    await until(places_sum_up, f"{number} values are behind the stored places", patience_seconds)


async def ordered(house: House, wish: Wish, *, version: int | None = None, reason: str | None = None) -> list[UUID]:
    """That order on everything held of that version or for that reason; on what."""
    rows = await house.owner.fetch(
        "select held_id from held where ($1::int is null or version = $1) and ($2::text is null or reason = $2)", version, reason
    )
    held_ids = [row["held_id"] for row in rows]
    assert await order(house.owner, held_ids, wish, BY, WHY) == len(held_ids) > 0
    return held_ids


async def answers(house: House, number: int) -> list[dict[str, Any]]:
    """So many answers, in the order in which they were given."""

    async def answered() -> bool:
        return int(await house.fetchval("select count(*) from answered_order")) >= number

    await until(answered, f"{number} orders are answered")
    return [dict(row) for row in await house.owner.fetch("select * from answered_order order by answer_id")]


async def carried_out(house: House, wish: Wish, *, version: int | None = None, reason: str | None = None) -> str | None:
    """Give one order and wait for its answer: None, or why it was not carried out."""
    before = int(await house.fetchval("select count(*) from answered_order"))
    await ordered(house, wish, version=version, reason=reason)
    complaint: str | None = (await answers(house, before + 1))[-1]["complaint"]
    return complaint


async def held_versions(house: House) -> list[tuple[int | None, str]]:
    """Version and reason of everything held."""
    rows = await house.owner.fetch("select version, reason from held order by version")
    return [(row["version"], row["reason"]) for row in rows]


async def nothing_is_held(house: House) -> None:
    await until(lambda: house.fetchval("select not exists (select from held)"), "nothing is held any more")
