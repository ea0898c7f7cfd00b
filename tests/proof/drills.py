"""What an operator does after a loss, done under load: restore an older backup, tell a lost topic again."""

import asyncio
from pathlib import Path
from uuid import UUID

from chassis.ordering import Wish, order
from contracts.catalogue import BY_NAME, SERVICES
from landfall.positions import move
from landfall.reconcile import reconcile
from landfall.replay import replay_said
from tests.chassis.disagreeing import remake
from tests.places.backup import back_up, restore
from tests.places.superuser import Connection, connected
from tests.proof.agreement import compare
from tests.proof.load import GARBLED, Load, load
from tests.proof.looking import at_rest, rows_of
from tests.proof.system import System
from tests.proof.verdict import Verdict
from tests.waiting import until

LEAD_SECONDS, BACKUP_AGE_SECONDS, AFTER_SECONDS = 10.0, 30.0, 10.0
PATIENCE_SECONDS = 60.0
HELD = 'select held_id from held order by kept_at, "offset"'
WHY = {"by": "ACRO-1", "reason": "a drill"}


async def restored(system: System, name: str) -> Verdict:
    """One service's database is restored from a backup 30 seconds old, while everybody else goes on.

    It runs twice, as it should, and holds what could not be read; some of that is discarded before the backup, some after.
    """
    async with load(system) as outsiders:
        await system.start(name)
        await asyncio.sleep(LEAD_SECONDS)
        await _discard(system, outsiders, name, oldest=True)
        backup = await back_up(system.superuser_url(name), Path(system.folder) / f"{system.prefix}{name}.backup")
        await asyncio.sleep(BACKUP_AGE_SECONDS)
        lost = await _discard(system, outsiders, name, oldest=False)
        system.stop(name)
        await restore(system.superuser_url(name), name, backup)
        await system.start(name)
        await asyncio.sleep(AFTER_SECONDS / 2)
        await system.start(name)
        await asyncio.sleep(AFTER_SECONDS / 2)
        await _discard_again(system, name, lost)
        return await _judge(system, outsiders)


async def _discard(system: System, outsiders: Load, name: str, *, oldest: bool) -> list[UUID]:
    """An operator gives up what was held first, or last; nothing where this service hears only what can be read."""
    if name not in GARBLED:
        return []
    await until(lambda: outsiders.garbled[name] > len(system.discarded[name]), "something cannot be read", PATIENCE_SECONDS)
    await until(lambda: _any_held(system, name), "it is held", PATIENCE_SECONDS)
    found = [row["held_id"] for row in await rows_of(system, name, HELD)][0 if oldest else -1]
    await _order(system, name, [found])
    return [found]


async def _discard_again(system: System, name: str, lost: list[UUID]) -> None:
    """Of what cannot be read nobody can say later that this was it: it is held again, and given up again."""
    if lost:
        await _order(system, name, lost)


async def _any_held(system: System, name: str) -> bool:
    return bool(await rows_of(system, name, HELD))


async def _order(system: System, name: str, held_ids: list[UUID]) -> None:
    async with connected(system.superuser_url(name)) as connection:
        ordered = await order(connection, held_ids, Wish.DISCARD, *WHY.values())
        assert ordered == len(held_ids), "what was to be discarded is not held"
        system.discarded[name] += held_ids
        await until(lambda: _are_gone(connection, held_ids), "the discard is carried out", PATIENCE_SECONDS)


async def _are_gone(connection: Connection, held_ids: list[UUID]) -> bool:
    return not await connection.fetchval("select exists (select from held where held_id = any($1::uuid[]))", held_ids)


async def _judge(system: System, outsiders: Load, *, in_order: bool = True) -> Verdict:
    outsiders.silence()
    await at_rest(system)
    verdict = await compare(system, outsiders)
    if in_order:
        verdict.check("some versions do not lie in their order", holds=verdict.out_of_order == 0)
    return verdict


async def lost_facts_topic(system: System, name: str, *, told_again: bool = True) -> Verdict:
    """A facts topic is gone with all that was on it; its owner tells it again, its readers read it from the start.

    The first round after the loss shows it, and lies on the new topic before what is told again: that order is lost, and readers wait.
    """
    topic = BY_NAME[name]
    readers = [each for each in SERVICES if each in topic.family.readers]
    async with load(system) as outsiders:
        await asyncio.sleep(BACKUP_AGE_SECONDS)
        await remake(system.kafka.bootstrap, system.prefix, topic)
        await asyncio.sleep(LEAD_SECONDS)
        if told_again:
            await replay_said(system.operator(topic.family.owner), name, **WHY)
        for reader in readers:
            await move(system.operator(reader), name, None, "start", **WHY)
        await asyncio.sleep(AFTER_SECONDS)
        return await _judge(system, outsiders, in_order=False)


async def lost_latest_topic(system: System, name: str) -> Verdict:
    """A compacted topic is gone while figures go on changing; its owner reads it back and tells the latest of each subject again."""
    topic = BY_NAME[name]
    async with load(system) as outsiders:
        await asyncio.sleep(BACKUP_AGE_SECONDS)
        await remake(system.kafka.bootstrap, system.prefix, topic)
        await reconcile(system.operator(topic.family.owner), PATIENCE_SECONDS)
        await asyncio.sleep(AFTER_SECONDS)
        return await _judge(system, outsiders)
