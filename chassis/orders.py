"""What operators order about held tellings: tools write it down, the consumer carries it out, of each partition in the order given."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeAlias
from uuid import UUID

from asyncpg import Record

from chassis.answering import Answering
from chassis.carry import Carrier
from chassis.database import columns
from chassis.known_now import KnownNow
from chassis.ordering import BY_ITSELF, Wish, order
from chassis.subject_rows import Key, free
from chassis.taking_up import TakingUp

SWEEP_SECONDS = 5.0
MOST_SECONDS = 1.0  # then reading goes on, and the next ones are carried out a second later
FREE = "nothing stands before it any more"

# What a newer release has ordered by itself is left to it; what an operator orders in its place is not.
NEXT = f"""
select held_id, topic, partition, subject from held
where ordered is not null and held_id <> all($1::uuid[]) and (ordered_by <> '{BY_ITSELF}' or held_id <> all($2::uuid[])) and not exists (
    select from unnest($3::text[], $4::text[]) as failed (topic, subject)
    where (failed.topic, failed.subject) = (held.topic, held.subject)
) and not exists (
    select from unnest($5::text[], $6::int[]) as elsewhere (topic, partition)
    where (elsewhere.topic, elsewhere.partition) = (held.topic, held.partition)
)
order by exists (
    select from unnest($7::text[], $8::text[]) as before (topic, subject) where (before.topic, before.subject) = (held.topic, held.subject)
), ordered_at, topic, partition, kept_at, "offset" limit 1
"""  # noqa: S608 - our own word

Partition: TypeAlias = tuple[str, int]


@dataclass(slots=True)
class Orders:
    """Chooses, for one service, which order is carried out next; any instance may. `failing`: whose could not be the last time."""

    carrier: Carrier
    on_commit: Callable[[], Awaitable[None]]
    known_now: KnownNow = field(init=False)
    answering: Answering = field(init=False)
    failing: set[Key] = field(default_factory=set)
    swept_at: float = float("-inf")

    def __post_init__(self) -> None:
        taking_up = TakingUp(self.carrier)
        self.known_now = KnownNow(taking_up)
        self.answering = Answering(taking_up, self.known_now)

    async def carry_out(self) -> None:
        """All that is ordered, and before it what the service orders itself: types known now, and what stands behind nothing any more.

        Those about the subject of one that fails wait with it for the next time, behind all others, and those about a partition with which
        another instance is busy are left to it.

        Raises:
            Exception: the first failure; infrastructure failed, see chassis.failure.
        """
        await self.answering.take_back()
        await self._sweep()
        met, elsewhere = set[UUID](), set[Partition]()
        failed: dict[Key, Exception] = {}
        deadline = monotonic() + MOST_SECONDS
        while monotonic() < deadline and (found := await self._next(met, failed, elsewhere)) is not None:
            met.add(found["held_id"])
            key = found["topic"], found["subject"]
            try:
                if not await self.answering.carry_out(found):
                    elsewhere.add((found["topic"], found["partition"]))
                self.failing.discard(key)
            except Exception as error:  # noqa: BLE001 - raised below
                failed[key] = error
                self.failing.add(key)
            await self.on_commit()
        for each in failed.values():
            raise each

    async def _sweep(self) -> None:
        if monotonic() - self.swept_at > SWEEP_SECONDS:
            await self.known_now.look()
            await order(self.carrier.pool, await free(self.carrier.pool), Wish.REDRIVE, BY_ITSELF, FREE)
            self.swept_at = monotonic()

    async def _next(self, met: Collection[UUID], failed: Collection[Key], elsewhere: Collection[Partition]) -> Record | None:
        apart = *columns(list(failed), 2), *columns(list(elsewhere), 2), *columns(list(self.failing), 2)
        return await self.carrier.pool.fetchrow(NEXT, list(met), list(self.answering.left), *apart)
