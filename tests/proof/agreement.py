"""Whether topics and stores tell one story: every telling once, every version once, every state what the facts make of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from contracts.catalogue import SERVICES, Order, owned_by, read_by
from contracts.decisions import NotificationHeld
from tests.proof.contents import contents
from tests.proof.counted import counted
from tests.proof.load import Load
from tests.proof.looking import Lying, rows_of, topic_of
from tests.proof.packs import packs
from tests.proof.stores import stores
from tests.proof.system import System
from tests.proof.verdict import Verdict

if TYPE_CHECKING:
    from uuid import UUID

HELD = NotificationHeld.TYPE

Facts = Mapping[str, Sequence[Lying]]


async def compare(system: System, load: Load) -> Verdict:
    """Everything with everything."""
    verdict = Verdict(notifications=len(load.told))
    facts = {
        topic.name: await topic_of(system, topic.name)
        for name in SERVICES for topic in owned_by(name) if topic.family.order is Order.GAPLESS
    }  # fmt: skip
    verdict.facts = sum(map(len, facts.values()))
    for name, told in facts.items():
        _versions(verdict, name, told)
    _decisions(verdict, load, facts["decisions.v1"])
    for name in SERVICES:
        await _said(verdict, system, name, facts)
        await _heard(verdict, system, name, facts)
        await _held(verdict, system, load, name, facts)
    await stores(verdict, system, facts)
    await counted(verdict, system, {topic.name: facts[topic.name] for topic in read_by("stats") if topic.name in facts})
    await contents(verdict, system, load, facts["decisions.v1"])
    await packs(verdict, system, facts["handovers.v1"])
    return verdict


def _versions(verdict: Verdict, name: str, lies: Sequence[Lying]) -> None:
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for each in lies:
        versions[each.told.subject].append(each.told.version or 0)
    broken = sum(sorted(found) != list(range(1, len(found) + 1)) for found in versions.values())
    verdict.check(f"{broken} subjects of {name} are not told 1, 2, 3 ..., each once", holds=broken == 0)
    verdict.out_of_order += sum(found != sorted(found) for found in versions.values())


def _decisions(verdict: Verdict, load: Load, lies: Sequence[Lying]) -> None:
    decided = Counter(each.told.causationid for each in lies if each.told.type != HELD)
    held, garbled = sum(each.told.type == HELD for each in lies), load.garbled["records"]
    verdict.check(f"{held} notifications are told to be held, and {garbled} could not be read", holds=held == garbled)
    verdict.lost = sum(decided[each] == 0 for each in load.told)
    verdict.doubled = sum(decided[each] > 1 for each in load.told)
    verdict.check("something was decided on that nobody told", holds=set(decided) == set(load.told))


async def _said(verdict: Verdict, system: System, name: str, facts: Facts) -> None:
    """What a service remembers to have said is what lies there, byte for byte."""
    said: defaultdict[str, dict[UUID, bytes]] = defaultdict(dict)
    for row in await rows_of(system, name, "select topic, id, payload from said"):
        said[row["topic"]][row["id"]] = row["payload"]
    for topic in owned_by(name):
        if topic.name in facts:
            lies = {each.told.id: each.value for each in facts[topic.name]}
            verdict.check(f"{name} remembers {topic.name} otherwise", holds=lies == said[topic.name])


async def _heard(verdict: Verdict, system: System, name: str, facts: Facts) -> None:
    """What it remembers to have heard, subject by subject and to the last version, is what lies there."""
    rows = await rows_of(system, name, "select topic, subject, version from seen")
    seen = {(row["topic"], row["subject"]): row["version"] for row in rows}
    for topic in read_by(name):
        if topic.name in facts:
            told = Counter(each.told.subject for each in facts[topic.name])
            heard = {subject: version for (at, subject), version in seen.items() if at == topic.name}
            verdict.check(f"{name} heard {topic.name} otherwise", holds=heard == dict(told))


async def _held(verdict: Verdict, system: System, load: Load, name: str, facts: Facts) -> None:
    """Held is what could not be read, but for what was discarded; and every discard is told."""
    held = await rows_of(system, name, "select topic, reason from held")
    reasons, discarded = {row["reason"] for row in held}, system.discarded[name]
    expected = load.garbled[name] - len(set(discarded))
    verdict.check(
        f"{name} holds {len(held)} tellings ({sorted(reasons)}), not {expected}", holds=len(held) == expected and reasons <= {"malformed"}
    )
    told = len(facts[f"discards.{name}.v1"])
    verdict.check(f"{name} tells of {told} discards, not {len(discarded)}", holds=told == len(discarded))
