"""What a service told since its backup is taken back in: brought together with what caused it, as far as that is still to be heard."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import agreement, heard_once, place
from chassis.carry import Carrier
from chassis.database import Transaction
from chassis.heard_before import Heard, answerable, dated, heard_before, stamped
from chassis.hearing_again import HearingAgain
from chassis.in_hand import InHand
from chassis.occasion import Received
from chassis.one_cause import not_decided_on
from chassis.outside_event import EventKey
from chassis.place import Place
from chassis.reading import PATIENCE_SECONDS, read_on
from chassis.recollection import Recollection
from chassis.retold import Facts, Retold
from chassis.room import Room
from chassis.settings import ClockKind, Settings
from chassis.settled import Settled
from chassis.stand_in import StandIn
from chassis.taking_up import TakingUp
from contracts.catalogue import BY_NAME, Order
from contracts.discards import TellingDiscarded
from contracts.partitions import partitions_of

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Of one service, in a transaction that is somebody else's."""

    room: Room
    settings: Settings
    carrier: Carrier

    def is_folded(self, each: Received[Any]) -> bool:
        """Whether it is recalled. What tells of something set aside is not: that is set aside again once it is heard again."""
        return not isinstance(each.fact, (TellingDiscarded, *self.room.not_recalled))

    async def run(self, tx: Transaction, looking: AIOKafkaConsumer, facts: Facts, in_hand: InHand) -> None:
        """Recall all of `facts` that is folded.

        Raises:
            CannotRecallError: something cannot be recalled.
            KafkaError: what is heard could not be read.
        """
        causes: dict[UUID, list[Retold]] = {}
        for each in sorted(filter(self.is_folded, facts), key=_facts_first):
            causes.setdefault(each.envelope.causationid or each.envelope.id, []).append(each)
        stand_in = StandIn(self.room, causes, await Settled.since(tx, TakingUp(self.carrier), facts, causes.keys()))
        places = await self._places(tx, looking)
        lying = await read_on(looking, {each: found.next for each, found in places.items()})
        known = await heard_once.known(tx, causes)
        prefix = self.settings.kafka_topic_prefix
        stand_in.settled.not_decided_on = not_decided_on(lying, prefix, known, causes, self._held_to_the_end(facts))
        heard = {each: self._heard(each, raws, stand_in, known) for each, raws in lying.items()}
        next_ones = {each: found.next for each, found in places.items()}
        again = HearingAgain(tx, stand_in.carriers(self.carrier), stand_in, heard, next_ones, in_hand)
        await Recollection(tx, stand_in, again).run()

    def _held_to_the_end(self, facts: Facts) -> set[str]:
        """Ids under which something is told to have been held, and nothing else."""
        told = {each.envelope.subject for each in facts if isinstance(each.fact, self.room.not_recalled)}
        return told - {each.envelope.subject for each in facts if self.is_folded(each)}

    def _heard(self, partition: TopicPartition, raws: Sequence[Any], stand_in: StandIn, known: Collection[EventKey]) -> deque[Heard]:
        topic = BY_NAME[partition.topic.removeprefix(self.settings.kafka_topic_prefix)]
        told_at = partial(dated, topic) if self._by_scenario else stamped
        reach = stand_in.settled.reach(topic.name, raws)
        return heard_before(raws, told_at, partial(answerable, topic, known), stand_in.answered, reach)

    @property
    def _by_scenario(self) -> bool:
        return self.settings.clock is ClockKind.EVENT

    async def _places(self, tx: Transaction, looking: AIOKafkaConsumer) -> dict[TopicPartition, Place]:
        """From where on all is read that this service hears."""
        heard, prefix = self.room.topics(clock=self._by_scenario), self.settings.kafka_topic_prefix
        partitions = [TopicPartition(*each) for each in partitions_of(heard, prefix, embedded=self.settings.embedded)]
        starts = await agreement.all_starts(looking, partitions, PATIENCE_SECONDS)
        await place.begin(tx, starts)
        places = {each: found for each, found in (await place.read(tx, partitions)).items() if found.halted is None}
        disagreeing = await agreement.disagreements(looking, places)
        return {each: found for each, found in places.items() if each not in disagreeing}


def _facts_first(each: Received[Any]) -> tuple[bool, int]:
    """What was decided, in its order, before what outsiders were told of it."""
    return each.topic.family.order is not Order.GAPLESS, each.envelope.version or 0
