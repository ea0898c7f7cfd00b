"""Whether topics and stores tell one story: every telling once, every version once, every state what the facts make of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
from aiokafka import TopicPartition

from chassis.agreement import starts_of
from chassis.broker import onlooker
from chassis.reading import read_on
from contracts.catalogue import BY_NAME, SERVICES, Order, owned_by, read_by
from contracts.decisions import NotificationHeld
from contracts.envelope import Envelope
from contracts.wire import decode
from tests.proof.load import Load
from tests.proof.system import System
from tests.waiting import until

if TYPE_CHECKING:
    from uuid import UUID

PATIENCE_SECONDS = 180.0
HELD = NotificationHeld.TYPE
LATEST_SAID = "select distinct on (subject) subject, payload from said where topic = 'statistics.v1' order by subject, version desc"


@dataclass
class Verdict:
    """What was compared, and what disagrees.

    `lost` and `doubled` count notifications without one decision, or with several; `out_of_order` counts subjects whose versions do not
    lie in their order, which readers put right by waiting.
    """

    notifications: int = 0
    facts: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = f"{self.notifications} notifications, {self.facts} facts: {self.lost} lost, {self.doubled} doubled"
        said += f", {self.out_of_order} subjects out of order" if self.out_of_order else ""
        return f"{said}, {len(self.disagreements)} disagreements" + "".join(f"; {each}" for each in self.disagreements[:3])

    @property
    def holds(self) -> bool:
        return self.notifications > 0 and not (self.lost or self.doubled or self.disagreements)

    def check(self, what: str, *, holds: bool) -> None:
        if not holds:
            self.disagreements.append(what)


async def at_rest(system: System) -> None:
    """Until every place is at the end of its partition, nothing waits to be told, and nothing moves any more."""
    before: list[Any] = []

    async def rested() -> bool:
        nonlocal before
        now = [await _standstill(system, name) for name in SERVICES]
        still, before = now == before, now
        return still and all(behind == 0 for behind, _ in now)

    await until(rested, "all is heard and told", PATIENCE_SECONDS)


async def _standstill(system: System, name: str) -> tuple[int, int]:
    rows = await rows_of(system, name, "select topic, partition, next from positions")
    places = {TopicPartition(row["topic"], row["partition"]): row["next"] for row in rows}
    looking = onlooker(system.operator(name), "drill")
    await looking.start()
    try:
        ends = await looking.end_offsets(list(places)) if places else {}
    finally:
        await looking.stop()
    (waiting,) = await rows_of(system, name, "select (select count(*) from outbox) as unsent, (select count(*) from said) as said")
    return sum(ends.values()) - sum(places.values()) + waiting["unsent"], waiting["said"]


async def rows_of(system: System, name: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(system.superuser_url(name))
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def topic_of(system: System, name: str) -> list[Envelope[Any]]:
    """All that lies on a topic, in the order of its partitions."""
    looking = onlooker(system.operator("stats"), "drill")
    await looking.start()
    try:
        partitions = [TopicPartition(system.prefix + name, each) for each in range(BY_NAME[name].partitions)]
        found = await read_on(looking, await starts_of(looking, partitions))
    finally:
        await looking.stop()
    return [decode(BY_NAME[name], raw.value) for raws in found.values() for raw in raws]


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
        await _memory(verdict, system, name, facts)
        await _held(verdict, system, load, name, facts)
    await _stores(verdict, system, facts)
    await _latest(verdict, system)
    return verdict


async def _latest(verdict: Verdict, system: System) -> None:
    """What lies last of each figure is what was last said about it, byte for byte."""
    said = {row["subject"]: row["payload"] for row in await rows_of(system, "stats", LATEST_SAID)}
    lies = {each.subject: each.to_bytes() for each in await topic_of(system, "statistics.v1")}
    verdict.check("statistics.v1 does not hold the latest of each figure", holds=lies == said and bool(said))


def _versions(verdict: Verdict, name: str, told: Iterable[Envelope[Any]]) -> None:
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for each in told:
        versions[each.subject].append(each.version or 0)
    broken = sum(sorted(found) != list(range(1, len(found) + 1)) for found in versions.values())
    verdict.check(f"{broken} subjects of {name} are not told 1, 2, 3 ..., each once", holds=broken == 0)
    verdict.out_of_order += sum(found != sorted(found) for found in versions.values())


def _decisions(verdict: Verdict, load: Load, told: Iterable[Envelope[Any]]) -> None:
    decided = Counter(each.causationid for each in told if each.type != HELD)
    held = sum(each.type == HELD for each in told)
    garbled = load.garbled["records"]
    verdict.check(f"{held} notifications are told to be held, and {garbled} could not be read", holds=held == garbled)
    verdict.lost = sum(decided[each] == 0 for each in load.told)
    verdict.doubled = sum(decided[each] > 1 for each in load.told)
    verdict.check("something was decided on that nobody told", holds=set(decided) == set(load.told))


async def _memory(verdict: Verdict, system: System, name: str, facts: dict[str, list[Envelope[Any]]]) -> None:
    """What a service remembers to have said and heard is what lies there."""
    said: defaultdict[str, dict[UUID, bytes]] = defaultdict(dict)
    for row in await rows_of(system, name, "select topic, id, payload from said"):
        said[row["topic"]][row["id"]] = row["payload"]
    for topic in owned_by(name):
        if topic.name in facts:
            lies = {each.id: each.to_bytes() for each in facts[topic.name]}
            verdict.check(f"{name} remembers {topic.name} otherwise", holds=lies == said[topic.name])
    seen = {
        (row["topic"], row["subject"]): row["version"] for row in await rows_of(system, name, "select topic, subject, version from seen")
    }
    for topic in read_by(name):
        if topic.name in facts:
            told = Counter(each.subject for each in facts[topic.name])
            heard = {subject: version for (at, subject), version in seen.items() if at == topic.name}
            verdict.check(f"{name} heard {topic.name} otherwise", holds=heard == dict(told))


async def _held(verdict: Verdict, system: System, load: Load, name: str, facts: dict[str, list[Envelope[Any]]]) -> None:
    """Held is what could not be read, but for what was discarded; and every discard is told."""
    held = await rows_of(system, name, "select topic, reason from held")
    reasons, discarded = {row["reason"] for row in held}, system.discarded[name]
    expected = load.garbled[name] - len(set(discarded))
    verdict.check(
        f"{name} holds {len(held)} tellings ({sorted(reasons)}), not {expected}", holds=len(held) == expected and reasons <= {"malformed"}
    )
    told = len(facts[f"discards.{name}.v1"])
    verdict.check(f"{name} tells of {told} discards, not {len(discarded)}", holds=told == len(discarded))


async def _stores(verdict: Verdict, system: System, facts: dict[str, list[Envelope[Any]]]) -> None:
    kinds: dict[str, list[Any]] = defaultdict(list)
    for told in facts.values():
        for each in told:
            kinds[each.type].append(each.data)
    effective = {each.handover_id: each.force for each in kinds["handover-effective.v1"]}
    compared = {
        ("records", "select record_id, state from record"): {
            **{each.record_id: "managed" for each in kinds["record-created.v1"]},
            **{each.record_id: "transferred" for each in kinds["record-transferred.v1"]},
        },
        ("intel", "select record_id, check_id from intel_check"): {
            each.record_id: each.check_id for each in kinds["intel-check-opened.v1"]
        },
        ("handover", "select handover_id, record_id from handover"): {
            each.handover_id: each.record_id for each in kinds["handover-offered.v1"]
        },
        ("handover", "select handover_id, force from handover where state = 'effective'"): effective,
        ("stats", "select subject, force from movement where measure = 'transferred' and amount = 1"): {
            each.record_id: each.force for each in kinds["record-transferred.v1"]
        },
        ("stats", "select subject, cohort from movement where measure = 'created' and amount = 1"): {
            each.record_id: each.cohort for each in kinds["record-created.v1"]
        },
    }
    for (name, query), expected in compared.items():
        rows = await rows_of(system, name, query)
        verdict.check(f"{name}: {query}", holds=len(rows) == len(expected) and {row[0]: row[1] for row in rows} == expected)
    verdict.check(
        "an offer was accepted that never took effect", holds={*effective} == {each.handover_id for each in kinds["handover-accepted.v1"]}
    )
    verdict.check("nothing was handed over", holds=bool(effective))
