"""Four services as processes of their own on Apache Kafka and PostgreSQL, for drills that stop, restore and lose parts of it."""

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from contracts.catalogue import SERVICES
from landfall.children import Leash
from landfall.operator_settings import Operator
from landfall.provision import Database
from landfall.system import private_folder
from landfall.topics import make_topics
from tests.chassis.ordering import operator_at
from tests.faults.service import ServiceProcess, environment_of
from tests.places import kafka as kafkas
from tests.places import postgres as postgreses
from tests.places import superuser
from tests.places.kafka import Kafka
from tests.places.postgres import Postgres
from tests.waiting import until

PATIENCE_SECONDS = 120.0
RUN_AS = {"handover": "tests.proof.handover_today"}
"""What runs as a service, where that is not the service itself."""


@dataclass
class System:
    """What runs where. `prefix` keeps the topics of one drill apart from those of the next; `discarded` is what operators gave up, held
    telling by held telling, as often as they did.
    """

    kafka: Kafka
    postgres: Postgres
    leash: Leash
    folder: Path
    databases: dict[str, Database]
    prefix: str = field(default_factory=lambda: f"d{secrets.token_hex(3)}.")
    running: dict[str, list[ServiceProcess]] = field(default_factory=dict)
    discarded: defaultdict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    async def start(self, *names: str, number: int = 1) -> None:
        """So many more instances of each of these services, until all are ready."""
        for name in names:
            environment = environment_of(self.kafka, self.databases[name], self.prefix, self.folder)
            running = self.running.setdefault(name, [])
            logs = [self.folder / f"{self.prefix}{name}-{len(running) + index}.log" for index in range(number)]
            running.extend(ServiceProcess(name, environment, self.leash, log, RUN_AS.get(name)) for log in logs)
        started = [each for name in names for each in self.running[name]]
        try:
            await until(lambda: all(each.ready() for each in started), "they are ready", PATIENCE_SECONDS)
        except AssertionError as error:
            error.add_note("\n".join(each.complaints() for each in started))
            raise

    def stop(self, *names: str) -> None:
        """SIGTERM, and wait."""
        for name in names or tuple(self.running):
            for each in self.running.pop(name, []):
                each.end()

    @property
    def key_file(self) -> Path:
        """The keys of all services here."""
        return self.folder / "keys.json"

    def superuser_url(self, name: str) -> str:
        """A service's database, as the superuser."""
        return superuser.url_in(self.postgres.superuser_url, self.databases[name])

    def operator(self, name: str) -> Operator:
        """Who looks after one service."""
        return operator_at(self.kafka, self.prefix, self.databases[name])


@asynccontextmanager
async def places() -> AsyncIterator[tuple[Kafka, Postgres, Leash, Path]]:
    """One Kafka and one PostgreSQL for all drills of a proof."""
    async with AsyncExitStack() as stack:
        leash = Leash()
        stack.callback(leash.close)
        folder = await stack.enter_async_context(private_folder())
        postgres = await stack.enter_async_context(postgreses.running(folder / "postgres", leash))
        kafka = await stack.enter_async_context(kafkas.running("jars", folder / "kafka", leash))
        yield kafka, postgres, leash, folder


@asynccontextmanager
async def system(at: tuple[Kafka, Postgres, Leash, Path]) -> AsyncIterator[System]:
    """All four services at work, on databases and topics of their own."""
    kafka, postgres, leash, folder = at
    databases = {name: (await postgres.fresh(name))[1] for name in SERVICES}
    found = System(kafka, postgres, leash, folder, databases)
    await make_topics(kafka.bootstrap, prefix=found.prefix)
    try:
        await found.start(*SERVICES)
        yield found
    finally:
        found.stop()
