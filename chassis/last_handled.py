"""That something was handled is put down now and then: failures in a row count towards a stop whatever the time between them."""

from dataclasses import dataclass
from time import monotonic

from chassis.carried import Carried
from chassis.database import Pool
from chassis.stops import HANDLED

EVERY_SECONDS = 10.0


@dataclass(slots=True)
class LastHandled:
    """One reader's. The first success of a process is put down, and the first after a failure; of many others one in ten seconds."""

    pool: Pool
    put_down_at: float = float("-inf")

    async def after(self, carried: Carried) -> None:
        """A batch that is committed."""
        if carried.held:
            self.put_down_at = float("-inf")
        if carried.handled and monotonic() - self.put_down_at >= EVERY_SECONDS:
            await self.pool.execute(HANDLED)
            self.put_down_at = monotonic()
