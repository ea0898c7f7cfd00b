"""The only place where intel is put together."""

from chassis.app import run
from chassis.room import Room
from services.intel import api, handlers, worker
from services.intel.recall import recall


def room() -> Room:
    return Room(name="intel", families={"records": handlers.on_records}, on_due=worker.fire, recall=recall, api=api.router)


def main() -> None:
    """Run until told to stop."""
    run(room())
