"""After a database was restored, what this service has told since is taken back in from its own topics before anything is decided anew."""

import asyncio
from dataclasses import dataclass

import structlog

from chassis import numbering_on, retold
from chassis.broker import onlooker
from chassis.carry import Carrier
from chassis.clients import start_client, stop_consumer
from chassis.database import Transaction, connect
from chassis.hearing import Hearing, OlderDatabaseError
from chassis.in_hand import recalling
from chassis.pulse import Pulse
from chassis.reading_back import read_back
from chassis.room import Room
from chassis.settings import Settings
from chassis.taking_back import TakingBack
from contracts.catalogue import owned_by

LOCK = 0x726563616C6C  # "recall": one instance recalls, the others wait and then find nothing to recall
WAIT_SECONDS = 0.5
PATIENTLY = "set idle_in_transaction_session_timeout = 0"  # Kafka is read in between

HEARS = "it hears first what it told before"
WAITS = "it waits for another instance that hears first what was told before"
NOT_HEARD = "it cannot hear what it told before"
TAKES_BACK = "it takes back in what it told before its database was restored"

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
            await start_client(looking)
            await connection.execute(PATIENTLY)
            await self._alone(connection)
            hearing = Hearing(self.room.name, self.settings.kafka_topic_prefix, self.settings.embedded, looking)
            if hearing.topics:
                await self._hear(connection, hearing)
            async with connection.transaction():
                await numbering_on.number_on(connection, await read_back(self.settings, self.room.name))
        finally:
            connection.terminate()
            await stop_consumer(looking)

    async def _alone(self, connection: Transaction) -> None:
        before = self.pulse.recalling
        while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
            self.pulse.recalling = WAITS
            await asyncio.sleep(WAIT_SECONDS)
        self.pulse.recalling = before

    async def _hear(self, tx: Transaction, hearing: Hearing) -> None:
        try:
            await hearing.listen(tx, leading=False)
        except OlderDatabaseError as error:
            self.pulse.recalling = TAKES_BACK
            log.critical("database_is_older", unknown=len(error.unknown))
            async with recalling(self.carrier.pool) as in_hand, tx.transaction():
                facts = retold.read(error.unknown, self.settings.kafka_topic_prefix)
                await retold.check(tx, facts)
                taking_back = TakingBack(self.room, self.settings, self.carrier)
                await retold.keep(tx, [each for each in facts if not taking_back.is_folded(each)])
                await taking_back.run(tx, hearing.onlooker, facts, in_hand)
            await hearing.listen(tx, leading=True)
            log.warning("recalled", tellings=len(facts))
