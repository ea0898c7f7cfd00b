"""The event clock's side of a service: days that end, and the answer that everything here has come to rest."""

from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from chassis.clock import Clock
from chassis.database import Pool, Transaction
from chassis.occasion import Batch, Occasion, Telling
from chassis.room import CLOCK, Room
from chassis.say import envelope_of
from contracts.catalogue import Order, owned_by, read_by, topic_name, topic_of
from contracts.clock import DayBegan, DayEnded, Quiet, RestAsked

# Distinct tellings: relays may send one twice, so what has versions is counted by them and not by offsets.
HEARD_IN_ORDER = """
select topic, sum(version)::bigint as heard from seen group by topic
union all
select topic, count(distinct (subject, version)) from held where topic = any($1::text[]) and version is not null group by topic
"""
HEARD = "select topic, sum(next)::bigint as heard from positions group by topic"
SAID = "select topic, count(*) as said from said group by topic"
UNSENT = "select exists (select from outbox)"


@dataclass(slots=True)
class Calendar:
    """Reacts to `clock.v1`, on which nothing is said under the live clock."""

    room: Room
    clock: Clock
    topic_prefix: str
    asked: int | None = None

    async def on_clock(self, batch: Batch, tx: Transaction) -> None:
        """Fire what falls due when a day ends; remember who asks for rest."""
        for received in batch:
            match received.fact:
                case DayEnded():
                    await self.room.on_due(received.occasion, tx)
                case RestAsked(round=number):
                    self.asked = number
                case DayBegan():
                    pass
                case other:
                    message = f"clock.v1 carries no {type(other).__name__}"
                    raise TypeError(message)

    async def answer(self, pool: Pool, sender: AIOKafkaProducer) -> bool:
        """Say how much was heard and said, if somebody asked and nothing is left to send; whether it was said."""
        if self.asked is None or await pool.fetchval(UNSENT):
            return False
        quiet = Quiet(who=self.room.name, round=self.asked, heard=await self._heard(pool), said=await self._said(pool))
        value = envelope_of(Telling(quiet, Occasion(self.clock.now())), version=1).to_bytes()
        await sender.send_and_wait(self.topic_prefix + topic_of(quiet).name, value, key=f"{self.clock.now():%Y-%m}".encode())
        self.asked = None
        return True

    async def _heard(self, pool: Pool) -> dict[str, int]:
        ordered = [topic.name for topic in read_by(self.room.name) if topic.family.order is not Order.NONE]
        heard: dict[str, int] = {}
        for row in await pool.fetch(HEARD_IN_ORDER, ordered):
            heard[row["topic"]] = heard.get(row["topic"], 0) + row["heard"]
        for row in await pool.fetch(HEARD):
            name = row["topic"].removeprefix(self.topic_prefix)
            if name not in ordered and name != topic_name(CLOCK) and row["heard"]:
                heard[name] = row["heard"]
        return heard

    async def _said(self, pool: Pool) -> dict[str, int]:
        ours = {topic.name for topic in owned_by(self.room.name)}
        return {row["topic"]: row["said"] for row in await pool.fetch(SAID) if row["topic"] in ours}
