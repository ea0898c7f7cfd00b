"""What an operator does after a loss, done under load: restore an older backup, tell a lost topic again."""

import asyncio
from pathlib import Path

from contracts.catalogue import BY_NAME, SERVICES
from landfall.positions import move
from landfall.reconcile import reconcile
from landfall.replay import replay_said
from tests.chassis.disagreeing import remake
from tests.places.backup import back_up, restore
from tests.proof.agreement import Verdict, at_rest, compare
from tests.proof.load import Load, load
from tests.proof.system import System

LEAD_SECONDS, BACKUP_AGE_SECONDS, AFTER_SECONDS = 10.0, 30.0, 10.0
PATIENCE_SECONDS = 60.0
WHY = {"by": "ACRO-1", "reason": "a drill"}


async def restored(system: System, name: str) -> Verdict:
    """One service's database is restored from a backup 30 seconds old, while everybody else goes on."""
    async with load(system) as outsiders:
        await asyncio.sleep(LEAD_SECONDS)
        backup = await back_up(system.superuser_url(name), Path(system.folder) / f"{system.prefix}{name}.backup")
        await asyncio.sleep(BACKUP_AGE_SECONDS)
        system.stop(name)
        await restore(system.superuser_url(name), name, backup)
        await system.start(name)
        await asyncio.sleep(AFTER_SECONDS)
        return await _judge(system, outsiders)


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
    """A compacted topic is gone; its owner reads it back and tells the latest of each subject again."""
    topic = BY_NAME[name]
    async with load(system) as outsiders:
        await asyncio.sleep(LEAD_SECONDS)
        outsiders.silence()
        await at_rest(system)
        await remake(system.kafka.bootstrap, system.prefix, topic)
        await reconcile(system.operator(topic.family.owner), topic.family.owner, PATIENCE_SECONDS)
        return await _judge(system, outsiders)
