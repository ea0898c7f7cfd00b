"""`landfall replay`: compares a facts topic with what its owner has said, or tells it again; or accepts where a topic of its own ends."""

import argparse
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chassis import outbox, own_ends
from chassis.database import Transaction, affected
from chassis.naming import named
from contracts.catalogue import BY_NAME, SERVICES, Order
from landfall.comparing import ENDS, compare, refuse_what_is_not_said, show
from landfall.leading import lead
from landfall.lying import Beside, Lying, Place, lay_beside
from landfall.operator_settings import WHERE, Operator, at, carry_out, refuse_another
from landfall.operators import RefusedError, add_who_and_why, say

MAKE_ANEW = "somebody wrote over the past. Find out who, delete the topic, make it again (landfall prepare), and replay it"
RECALL_FIRST = (
    "if the service told it, its database is the older one: start the service, which recalls it; if not, find out who did, and accept it "
    "(landfall replay accepted); then replay"
)

# Version by version, so that each subject keeps its order.
AGAIN = """
insert into outbox (said_id)
select said.id from said
where topic = $1 and payload is not null and id <> all($2::uuid[]) and not exists (select from outbox where said_id = said.id)
order by version, said_at, id
"""

# What waits goes behind what is told again before it.
UNQUEUE = "delete from outbox using said where said.id = said_id and topic = $1"

# A stranger may have written where nothing was ever told: there is no end yet, and it begins where this is accepted.
KEPT = """
insert into position_move (topic, partition, previous, following, halted, moved_by, reason)
select asked.topic, asked.partition, coalesce(next, 0), $3, halted, $4, $5
from (values ($1::text, $2::int)) as asked (topic, partition) left join own_end using (topic, partition)
"""
REBASE = """
insert into own_end (topic, partition, next, last_digest) values ($1, $2, $3, $4)
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest, halted = null
"""


async def replay_said(settings: Operator, topic: str, *, by: str, reason: str) -> int:
    """Give the relay all that is missing on the topic, and let it tell on from the topic's present end; how much was missing.

    What waits is given to it anew, in its turn; what lies on the topic already is not told again.

    Raises:
        RefusedError: the topic is not one that can be told again from `said`, or is another service's; it holds other content than was
            said, or, beyond its stored end, what was not; or the relay does not stand aside.
    """
    refuse_what_is_not_said(topic)
    async with _as_leader(settings, topic) as (tx, found):
        await _refuse_another_past(tx, found)
        waited = await tx.execute(UNQUEUE, topic)
        told = await tx.execute(AGAIN, topic, list(found.lies.ids))
        await _rebase(tx, found.lies, by, reason)
    return affected(told) - affected(waited)


async def accept(settings: Operator, topic: str, *, by: str, reason: str) -> Sequence[Place]:
    """Tell on from the topic's present end, whatever lies or is missing before it. Nothing is told again by that, see `accepted`.

    Where something lies that was not said here, or with other content: readers take it for ours.

    Raises:
        RefusedError: no service keeps the end of such a topic, it is another service's, or the relay does not stand aside.
    """
    if topic not in ENDS:
        message = f"{topic} is no topic whose end a service keeps"
        raise RefusedError(message)
    async with _as_leader(settings, topic) as (tx, found):
        await _rebase(tx, found.lies, by, reason)
    return [*found.differ, *found.unknown]


@asynccontextmanager
async def _as_leader(settings: Operator, topic: str) -> AsyncIterator[tuple[Transaction, Beside]]:
    """Nothing is told by anybody else between reading the topic and writing about it."""
    async with at(settings) as (connection, looking):
        await refuse_another(connection, ENDS[topic])
        await lead(connection)
        found = await lay_beside(connection, looking, settings, BY_NAME[topic])
        async with connection.transaction():
            await outbox.take_off(connection, list(found.lies.ids))
            yield connection, found


def accepted(topic: str, others: Sequence[Place]) -> str:
    """What was done, what else lies there, and what has still to be done where only an outsider was told: nobody else misses the unsaid."""
    done, found = f"{topic}: told on from where it ends now", BY_NAME[topic]
    if others:
        done += f"; {len(others)} values lie there that were not said here, or with other content: {named(others)}"
    if found.family.order is not Order.NONE:
        return done
    unsaid = f"What {found.principal} had not read is still unsaid: let {found.family.owner} tell it again"
    return f"{done}. {unsaid}, see docs/runbooks/disagreement.md"


async def _refuse_another_past(tx: Transaction, found: Beside) -> None:
    if found.differ:
        message = f"{named(found.differ)} hold other content than was said under their ids: {MAKE_ANEW}"
        raise RefusedError(message)
    ends = await own_ends.read(tx, {each.topic for each in found.lies.ends})
    beyond = [each for each in found.unknown if each.partition not in ends or each.offset >= ends[each.partition].next]
    if beyond:
        message = f"{named(beyond)} hold what was never said here: {RECALL_FIRST}"
        raise RefusedError(message)


async def _rebase(tx: Transaction, lies: Lying, by: str, reason: str) -> None:
    for each, (following, last_digest) in sorted(lies.ends.items()):
        await tx.execute(KEPT, each.topic, each.partition, following, by, reason)
        await tx.execute(REBASE, each.topic, each.partition, following, last_digest)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{WHERE} See docs/runbooks/disagreement.md."
    what = parser.add_subparsers(dest="what", required=True)
    comparing = what.add_parser("compare", help="nothing: show how a facts topic and what its owner keeps agree")
    comparing.add_argument("--topic", required=True)
    said = what.add_parser("said", help="a facts topic, from what its owner keeps")
    accepting = what.add_parser(
        "accepted", help="nothing: tell on from where the topic ends now; what a force missed is told again after that"
    )
    for each in (said, accepting):
        each.add_argument("--topic", required=True)
        add_who_and_why(each)


def run(arguments: argparse.Namespace) -> int:
    """0 when the relay has what was missing, or all agrees; 1 with the reason on standard error."""
    return carry_out(Operator, lambda settings: _carry_out(settings, arguments))


async def _carry_out(settings: Operator, asked: argparse.Namespace) -> int:
    if asked.what == "compare":
        return show(asked.topic, await compare(settings, asked.topic))
    if asked.what == "accepted":
        say(accepted(asked.topic, await accept(settings, asked.topic, by=asked.by, reason=asked.reason)))
        return 0
    number = await replay_said(settings, asked.topic, by=asked.by, reason=asked.reason)
    say(f"{asked.topic}: {number} tellings were missing and are told again")
    for reader in BY_NAME[asked.topic].family.readers:
        if reader in SERVICES:
            say(f"{reader} hears it: where {reader} runs, landfall positions move --topic {asked.topic} --to start")
    return 0
