"""After a database was restored, what this service has told since is taken back in from its own topics before anything is decided anew."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from chassis import agreement, place, retold
from chassis.broker import onlooker
from chassis.carry import Carrier
from chassis.database import Transaction, connect
from chassis.heard_before import certainly_heard
from chassis.hearing import Hearing, OlderDatabaseError
from chassis.in_hand import InHand, recalling
from chassis.looking_back import has_said_nothing, read_back
from chassis.occasion import Received
from chassis.pulse import Pulse
from chassis.reading import PATIENCE_SECONDS, read_on
from chassis.recollection import Recollection
from chassis.retold import Facts, Retold
from chassis.room import Room
from chassis.settings import ClockKind, Profile, Settings
from chassis.settled import Settled
from chassis.stand_in import StandIn
from chassis.taking_up import TakingUp
from contracts.catalogue import Order, owned_by
from contracts.discards import TellingDiscarded

LOCK = 0x726563616C6C  # "recall": one instance recalls, the others wait and then find nothing to recall
WAIT_SECONDS = 0.5
PATIENTLY = "set idle_in_transaction_session_timeout = 0"  # Kafka is read in between

HEARS = "it hears first what it told before"
WAITS = "it waits for another instance that hears first what was told before"
NOT_HEARD = "it cannot hear what it told before"
TAKES_BACK = "it takes back in what it told before its database was restored"

if TYPE_CHECKING:
    from uuid import UUID

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recall:
    """Hears one service's own topics at its start, and takes back in what its database does not know."""

    room: Room
    settings: Settings
    carrier: Carrier
    pulse: Pulse

    async def run(self) -> None:
        """Compare, and recall where the database is the older one.

        Raises:
            CannotRecallError: the service must not start on this database.
            KafkaError: the broker could not be asked.
        """
        if not owned_by(self.room.name):
            return
        connection = await connect(self.settings, f"{self.room.name}-recall")
        looking = onlooker(self.settings, f"{self.room.name}-recall")
        try:
            await looking.start()
            await connection.execute(PATIENTLY)
            await self._alone(connection)
            hearing = Hearing(self.room.name, self.settings.kafka_topic_prefix, self._embedded, looking)
            if hearing.topics:
                await self._hear(connection, hearing)
            async with connection.transaction():
                await self._number_on(connection)
        finally:
            connection.terminate()
            await looking.stop()

    async def _alone(self, connection: Transaction) -> None:
        before = self.pulse.recalling
        while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
            self.pulse.recalling = WAITS
            await asyncio.sleep(WAIT_SECONDS)
        self.pulse.recalling = before

    @property
    def _embedded(self) -> bool:
        return self.settings.profile is Profile.EMBEDDED

    async def _hear(self, tx: Transaction, hearing: Hearing) -> None:
        try:
            await hearing.listen(tx, leading=False)
        except OlderDatabaseError as error:
            self.pulse.recalling = TAKES_BACK
            log.critical("database_is_older", unknown=len(error.unknown))
            async with recalling(self.carrier.pool) as in_hand, tx.transaction():
                facts = retold.read(error.unknown, self.settings.kafka_topic_prefix)
                await retold.check(tx, facts)
                await retold.keep(tx, [each for each in facts if not self._is_folded(each)])
                await self._take_back(tx, hearing.onlooker, facts, in_hand)
            await hearing.listen(tx, leading=True)
            log.warning("recalled", tellings=len(facts))

    def _is_folded(self, each: Received[Any]) -> bool:
        """What was set aside is set aside again when it is heard again."""
        return not isinstance(each.fact, (TellingDiscarded, *self.room.not_recalled))

    async def _number_on(self, tx: Transaction) -> None:
        """Where the latest replaces, nothing is folded: what is derived is derived again. But its versions go on from what is told."""
        found = retold.read_latest(await read_back(self.settings, self.room.name))
        known = await retold.last_versions(tx, found)
        newer = [each for each in found if retold.version_of(each) > known.get(retold.subject_of(each), 0)]
        ours = any(retold.subject_of(each) in known for each in newer) or await has_said_nothing(tx, self.room.name)
        if newer and ours:  # else somebody else wrote it, and the relay's leader complains
            await retold.keep(tx, newer)
            log.critical("database_is_older", latest=len(newer))

    async def _take_back(self, tx: Transaction, looking: AIOKafkaConsumer, facts: Facts, in_hand: InHand) -> None:
        causes: dict[UUID, list[Retold]] = {}
        for each in sorted(filter(self._is_folded, facts), key=_facts_first):
            causes.setdefault(each.envelope.causationid or each.envelope.id, []).append(each)
        settled = await Settled.since(tx, TakingUp(self.carrier), facts, causes.keys())
        heard = {
            each: certainly_heard(start, raws, causes, settled.reach(each.topic.removeprefix(self.settings.kafka_topic_prefix), raws))
            for each, (start, raws) in (await self._heard_since(tx, looking)).items()
        }
        stand_in = StandIn(self.room, causes, settled)
        await Recollection(tx, stand_in.before(self.carrier), stand_in, heard, in_hand).run()

    async def _heard_since(self, tx: Transaction, looking: AIOKafkaConsumer) -> dict[TopicPartition, tuple[int, list[Any]]]:
        """All that lies on what this service hears, from its places on."""
        prefix, clock = self.settings.kafka_topic_prefix, self.settings.clock is ClockKind.EVENT
        partitions = [
            TopicPartition(prefix + topic.name, each)
            for topic in self.room.topics(clock=clock)
            for each in range(topic.partitions_on(embedded=self._embedded))
        ]
        try:
            starts = await asyncio.wait_for(agreement.starts_of(looking, partitions), PATIENCE_SECONDS)
        except (TimeoutError, KafkaTimeoutError):
            message = "no answer about where the topics begin that are heard: is one missing? landfall prepare makes them"
            raise KafkaTimeoutError(message) from None
        await place.begin(tx, starts)
        places = {each: found for each, found in (await place.read(tx, partitions)).items() if found.halted is None}
        disagreeing = await agreement.disagreements(looking, places)
        starts = {each: found.next for each, found in places.items() if each not in disagreeing}
        return {each: (starts[each], raws) for each, raws in (await read_on(looking, starts)).items()}


def _facts_first(each: Received[Any]) -> tuple[bool, int]:
    """What was decided, in its order, before what outsiders were told of it."""
    return each.topic.family.order is not Order.GAPLESS, each.envelope.version or 0
