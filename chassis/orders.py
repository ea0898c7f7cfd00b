"""What operators order about held tellings: tools write it down, the consumer carries it out, in the order given.

Each is carried out under the lock of its partition's place, which every batch holds too: no telling of a key comes in while those
before it are taken up, so that none overtakes another and none is left behind.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from time import monotonic
from uuid import UUID

import structlog
from asyncpg import Record

from chassis.carry import Carrier
from chassis.database import Transaction, answers, columns
from chassis.discarding import Discarding
from chassis.failure import Fault, OverrunError, fault_of, lost_its_session
from chassis.known_now import BY_ITSELF, KnownNow
from chassis.ordering import Wish, order
from chassis.subject_rows import Key, free
from chassis.taking_up import TakingUp
from contracts.catalogue import BY_NAME
from contracts.codes import HoldReason

SWEEP_SECONDS = 5.0
MOST_SECONDS = 1.0  # then reading goes on, and the next ones are carried out a second later
MOST_TRIES = 3
ENDED = f"the process or its session ended, or a statement never did, {MOST_TRIES} times while the order was carried out"
OF_ANOTHER_RELEASE = "this release knows no such topic: order it where the release runs that held it"
FREE = "nothing stands before it any more"

NEXT = """
select held_id, topic, partition, subject from held
where ordered is not null and held_id <> all($1::uuid[]) and not exists (
    select from unnest($2::text[], $3::text[]) as failed (topic, subject)
    where (failed.topic, failed.subject) = (held.topic, held.subject)
)
order by ordered_at, topic, partition, kept_at, "offset" limit 1
"""
# What another instance is about is left to it: nobody's reading waits for somebody else's order.
TAKE_ON = "select pg_try_advisory_xact_lock(hashtextextended($1, 0))"
COUNT = "update held set order_tries = order_tries + 1 where held_id = $1 and ordered is not null returning order_tries"
UNCOUNT = "update held set order_tries = order_tries - 1 where held_id = $1 and order_tries > 0"
LOCK = "select next from positions where topic = $1 and partition = $2 for update"
ROW = "select * from held where held_id = $1 and ordered is not null for update"
ANSWER = """
insert into answered_order (held_id, topic, partition, "offset", ordered, ordered_by, ordered_at, order_reason, complaint)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
ANSWERED = """
update held set ordered = null, ordered_by = null, ordered_at = null, order_reason = null, order_tries = 0 where held_id = $1
"""

log = structlog.get_logger()


@dataclass(slots=True)
class Orders:
    """Carries out orders for one service; any instance may, one order at a time. `owed`: whose last try is to be taken back."""

    carrier: Carrier
    on_commit: Callable[[], Awaitable[None]]
    taking_up: TakingUp = field(init=False)
    known_now: KnownNow = field(init=False)
    left: set[UUID] = field(default_factory=set)
    owed: set[UUID] = field(default_factory=set)
    swept_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.taking_up = TakingUp(self.carrier)
        self.known_now = KnownNow(self.taking_up)

    async def carry_out(self) -> None:
        """All that is ordered, and before it what the service orders itself: types known now, and what stands behind nothing any more.

        Those about the subject of one that fails wait with it for the next time; no others do.

        Raises:
            Exception: the first failure; infrastructure failed, see chassis.failure.
        """
        await self._take_back()
        if monotonic() - self.swept_at > SWEEP_SECONDS:
            await self.known_now.look()
            await order(self.carrier.pool, await free(self.carrier.pool), Wish.REDRIVE, BY_ITSELF, FREE)
            self.swept_at = monotonic()
        met, deadline = set(self.left), monotonic() + MOST_SECONDS
        failed: dict[Key, Exception] = {}
        while monotonic() < deadline and (found := await self._next(met, failed)) is not None:
            met.add(found["held_id"])
            try:
                await self._carry_out_one(found)
            except Exception as error:  # noqa: BLE001 - raised below
                failed[found["topic"], found["subject"]] = error
            await self.on_commit()
        for each in failed.values():
            raise each

    async def _next(self, met: Collection[UUID], failed: Collection[Key]) -> Record | None:
        return await self.carrier.pool.fetchrow(NEXT, list(met), *columns(list(failed), 2))

    async def _take_back(self) -> None:
        for each in list(self.owed):
            await self.carrier.pool.execute(UNCOUNT, each)
            self.owed.remove(each)

    async def _carry_out_one(self, found: Record) -> None:
        """Counted on another connection, so that the count outlives the process, and under the lock, so that who waits has not tried."""
        held_id, tries = found["held_id"], None
        try:
            async with self.carrier.pool.acquire() as tx, tx.transaction():
                if not await tx.fetchval(TAKE_ON, str(held_id)):
                    return
                await self._lock(tx, found)
                tries = await self.carrier.pool.fetchval(COUNT, held_id)
                row = await tx.fetchrow(ROW, held_id)
                if row is not None and tries is not None:
                    await self._answer(tx, row, tries)
                await self.carrier.clock.keep(tx)
        except Exception as error:
            if tries is not None and not await self._is_to_blame(error):
                self.owed.add(held_id)
            raise

    async def _is_to_blame(self, error: Exception) -> bool:
        """Its statement never ended, or its session did while the database answers others."""
        return isinstance(error, OverrunError) or (lost_its_session(error) and await answers(self.carrier.pool))

    async def _lock(self, tx: Transaction, found: Record) -> None:
        await tx.execute(LOCK, self.carrier.topic_prefix + found["topic"], found["partition"])

    async def _answer(self, tx: Transaction, row: Record, tries: int) -> None:
        by_itself = row["ordered_by"] == BY_ITSELF
        if by_itself and row["reason"] == HoldReason.UNKNOWN_TYPE and not self.known_now.knows(row):
            self.left.add(row["held_id"])  # a newer release has ordered it, and will carry it out
            await tx.execute(UNCOUNT, row["held_id"])
            return
        complaint = ENDED if tries > MOST_TRIES else await self._try(tx, row, again=tries > 1)
        wish = ("held_id", "topic", "partition", "offset", "ordered", "ordered_by", "ordered_at", "order_reason")
        await tx.execute(ANSWER, *[row[each] for each in wish], complaint)
        await tx.execute(ANSWERED, row["held_id"])
        if by_itself and complaint is not None:
            await self.taking_up.give_up(tx, row, complaint)
        log.info("order_answered", held_id=str(row["held_id"]), ordered=row["ordered"], complaint=complaint)

    async def _try(self, tx: Transaction, row: Record, *, again: bool) -> str | None:
        """Why it could not be carried out, if it could not. Tried again, it is carried out alone, so that what ends the process shows."""
        if row["topic"] not in BY_NAME:
            return OF_ANOTHER_RELEASE
        taking_up = replace(self.taking_up, alone=again)
        try:
            async with tx.transaction():
                match Wish(row["ordered"]):
                    case Wish.REDRIVE:
                        return await taking_up.redrive(tx, row)
                    case Wish.RELEASE:
                        return await Discarding(taking_up).release(tx, row)
                    case Wish.DISCARD:
                        return await Discarding(taking_up).discard(tx, row)
        except Exception as error:
            if fault_of(error) is Fault.INFRASTRUCTURE:
                raise
            return f"{type(error).__name__} while the order was carried out"
