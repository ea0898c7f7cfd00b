"""Carrying out one order about something held, and answering it.

It is done under the lock of its partition's place, which every batch holds too: no telling of a key comes in while those before it are
taken up, so that none overtakes another and none is left behind.
"""

from asyncio import CancelledError
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from asyncpg import Record

from chassis.database import Transaction
from chassis.discarding import Discarding
from chassis.failure import Fault, OverrunError, fault_of, lost_its_session
from chassis.giving_up import give_up
from chassis.held import BEHIND
from chassis.known_now import KnownNow
from chassis.ordering import BY_ITSELF, Wish
from chassis.taking_up import TakingUp
from contracts.catalogue import BY_NAME
from contracts.codes import HoldReason

MOST_TRIES = 3
ENDED = f"the process or its session ended, or a statement never did, {MOST_TRIES} times while the order was carried out"
OF_ANOTHER_RELEASE = "this release knows no such topic: order it where the release runs that held it"

# A partition with whose orders another instance is busy is left to it: nobody's reading waits for somebody else's order.
TAKE_ON = "select pg_try_advisory_xact_lock(hashtextextended('orders about ' || $1::text || '/' || $2::int, 0))"
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
class Answering:
    """One instance's. `owed`: whose last try is to be taken back. `left`: what a newer release ordered by itself, and will carry out."""

    taking_up: TakingUp
    known_now: KnownNow
    owed: set[UUID] = field(default_factory=set)
    left: set[UUID] = field(default_factory=set)

    async def carry_out(self, found: Record) -> bool:
        """Whether it was taken on here.

        Counted on another connection, so that the count outlives the process, and under the lock, so that who waits has not tried.
        """
        carrier, held_id, tries = self.taking_up.carrier, found["held_id"], None
        try:
            async with carrier.pool.acquire() as tx, tx.transaction():
                if not await tx.fetchval(TAKE_ON, found["topic"], found["partition"]):
                    return False
                await tx.execute(LOCK, carrier.topic_prefix + found["topic"], found["partition"])
                tries = await carrier.pool.fetchval(COUNT, held_id)
                row = await tx.fetchrow(ROW, held_id)
                if row is not None and tries is not None:
                    await self._answer(tx, row, tries)
                await carrier.clock.keep(tx)
        except Exception as error:
            if tries is not None and not (isinstance(error, OverrunError) or lost_its_session(error)):
                self.owed.add(held_id)
            raise
        except CancelledError:  # told to end, and nothing is remembered after that
            if tries is not None:
                await carrier.pool.execute(UNCOUNT, held_id)
            raise
        return True

    async def take_back(self) -> None:
        """The tries that are owed."""
        for each in list(self.owed):
            await self.taking_up.carrier.pool.execute(UNCOUNT, each)
            self.owed.remove(each)

    async def _answer(self, tx: Transaction, row: Record, tries: int) -> None:
        by_itself = row["ordered_by"] == BY_ITSELF
        if by_itself and self._is_of_a_newer_release(row):
            self.left.add(row["held_id"])
            await tx.execute(UNCOUNT, row["held_id"])
            return
        complaint = ENDED if tries > MOST_TRIES else await self._try(tx, row, again=tries > 1)
        wish = ("held_id", "topic", "partition", "offset", "ordered", "ordered_by", "ordered_at", "order_reason")
        await tx.execute(ANSWER, *[row[each] for each in wish], complaint)
        await tx.execute(ANSWERED, row["held_id"])
        if by_itself and complaint not in (None, BEHIND):
            await give_up(tx, self.taking_up, row, complaint)
        log.info("order_answered", held_id=str(row["held_id"]), ordered=row["ordered"], complaint=complaint)

    def _is_of_a_newer_release(self, row: Record) -> bool:
        return row["topic"] not in BY_NAME or (row["reason"] == HoldReason.UNKNOWN_TYPE and not self.known_now.knows(row))

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
