"""What forces were told: each its own offers, each offer once, and no word of another's."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from contracts.catalogue import topic_name, topics_where
from contracts.handover_packs import HandoverNotice
from contracts.handovers import HandoverOffered
from tests.proof.looking import Lying, topic_of
from tests.proof.system import System
from tests.proof.verdict import Verdict


async def packs(verdict: Verdict, system: System, handovers: Sequence[Lying]) -> None:
    """Compare every force's own topic with what was offered to it."""
    offered: Counter[tuple[Any, ...]] = Counter(
        (each.told.data.force, each.told.data.handover_id, each.told.data.landing_day)
        for each in handovers if isinstance(each.told.data, HandoverOffered)
    )  # fmt: skip
    told: Counter[tuple[Any, ...]] = Counter()
    for topic in topics_where(lambda each: each.family.name == "handover-packs"):
        for each in await topic_of(system, topic_name("handover-packs", topic.principal)):
            known = isinstance(each.told.data, HandoverNotice)
            told[topic.principal, each.told.data.handover_id, each.told.data.landing_day if known else None] += 1
    verdict.check(
        f"forces were told {(told - offered).total()} times what was not offered, and {(offered - told).total()} offers not at all",
        holds=told == offered,
    )
