"""Whoever starts a service again whenever it has ended."""

from pathlib import Path

from landfall.children import Leash
from tests.chassis.house import House
from tests.faults.service import ServiceProcess, environment_of


class Supervisor:
    """Of one service whose module ends its process over what `environment` names."""

    def __init__(self, house: House, leash: Leash, folder: Path, module: str, **environment: str) -> None:
        self.name, self.leash, self.module, self.log, self.starts = house.name, leash, module, folder / "deadly.log", 0
        self.environment = environment_of(house.kafka, house.database, house.prefix, folder) | environment
        self.service = self._start()

    def _start(self) -> ServiceProcess:
        self.starts += 1
        return ServiceProcess(self.name, self.environment, self.leash, self.log, module=self.module)

    def keep_running(self) -> None:
        if self.service.process.poll() is not None:
            self.service = self._start()

    def ready(self) -> bool:
        """Whether it is; started again if it has ended."""
        self.keep_running()
        return self.service.process.poll() is None and self.service.ready()

    def has_logged(self, part: str) -> bool:
        """Whether it ever said that; started again if it has ended without."""
        found = part in self.log.read_text()
        if not found:
            self.keep_running()
        return found
