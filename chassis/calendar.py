"""The event clock's side of a service: days that end, and the answer that everything here has come to rest."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from asyncpg import Record

from chassis import originals, seen
from chassis.clock import Clock
from chassis.database import Pool, Transaction
from chassis.occasion import Batch, Coordinates, Occasion, Telling
from chassis.room import CLOCK, Room
from chassis.say import envelope_of
from chassis.seen import NOTHING
from contracts.catalogue import BY_NAME, Order, owned_by, read_by, topic_name, topic_of
from contracts.clock import DayBegan, DayEnded, Quiet, RestAsked
from contracts.wire import number_of

# Distinct tellings: relays may send one twice, so what has versions is counted by them and not by offsets.
SEEN = "select topic, sum(version)::bigint as heard from seen where topic = any($1::text[]) group by topic"
HELD = """
select topic, partition, "offset", subject, version, case when version is null then original end as original
from held where topic = any($1::text[])
"""
HEARD = "select topic, sum(next)::bigint as heard from positions group by topic"
SAID = "select topic, count(*) as said from said group by topic"
UNSENT = "select exists (select from outbox)"


def _nobody_asks(_failed: Collection[str]) -> None:
    """Nobody answers probes here."""


@dataclass(slots=True)
class Calendar:
    """Reacts to `clock.v1`, on which nothing is said under the live clock. `fell_due` is told what stays due; see `chassis.room`."""

    room: Room
    clock: Clock
    topic_prefix: str
    fell_due: Callable[[Collection[str]], None] = _nobody_asks
    asked: int | None = None

    async def on_clock(self, batch: Batch, tx: Transaction) -> None:
        """Fire what falls due when a day ends; remember who asks for rest."""
        for received in batch:
            match received.fact:
                case DayEnded(day=ended):
                    self.fell_due(await self.room.on_due(received.occasion, ended, tx))
                case RestAsked(round=number):
                    self.asked = number
                case DayBegan():
                    pass
                case other:
                    message = f"clock.v1 carries no {type(other).__name__}"
                    raise TypeError(message)

    async def answer(self, pool: Pool, sender: AIOKafkaProducer) -> None:
        """Say how much was heard and said, if somebody asked and nothing is left to send."""
        if self.asked is None or await pool.fetchval(UNSENT):
            return
        quiet = Quiet(who=self.room.name, round=self.asked, heard=await self._heard(pool), said=await self._said(pool))
        value = envelope_of(Telling(quiet, Occasion(self.clock.now())), version=1).to_bytes()
        await sender.send_and_wait(self.topic_prefix + topic_of(quiet).name, value, key=f"{self.clock.now():%Y-%m}".encode())
        self.asked = None

    async def _heard(self, pool: Pool) -> dict[str, int]:
        ordered = [topic.name for topic in read_by(self.room.name) if topic.family.order is not Order.NONE]
        async with pool.acquire() as tx:
            heard = await _heard_in_order(tx, ordered)
            for row in await tx.fetch(HEARD):
                name = row["topic"].removeprefix(self.topic_prefix)
                if name not in ordered and name != topic_name(CLOCK) and row["heard"]:
                    heard[name] = row["heard"]
        return dict(heard)

    async def _said(self, pool: Pool) -> dict[str, int]:
        ours = {topic.name for topic in owned_by(self.room.name)}
        return {row["topic"]: row["said"] for row in await pool.fetch(SAID) if row["topic"] in ours}


async def _heard_in_order(tx: Transaction, topics: list[str]) -> Counter[str]:
    """What is held counts beside what is seen, but for versions that were given up and came all the same: those are seen."""
    heard = Counter({row["topic"]: row["heard"] for row in await tx.fetch(SEEN, topics)})
    waiting = {each for row in await tx.fetch(HELD, topics) if (each := _numbered(row)) is not None}
    known = await seen.read(tx, {(topic, subject) for topic, subject, _ in waiting})
    heard.update(topic for topic, subject, version in waiting if version > known.get((topic, subject), NOTHING).version)
    return heard


def _numbered(row: Record) -> tuple[str, str, int] | None:
    """Topic, subject and version of something held. Where its owner gave it none, nobody counted it as said."""
    if row["version"] is not None:
        return row["topic"], row["subject"], row["version"]
    at = Coordinates(row["topic"], row["partition"], row["offset"])
    number = number_of(BY_NAME[at.topic], originals.take_up(None, at, row["original"]).value)
    return None if number is None else (at.topic, *number)
