"""The only place where statistics are put together."""

from chassis.app import run
from chassis.room import Room
from services.stats import api, handlers

HEARD = ("decisions", "records", "checks", "handovers")


def room() -> Room:
    return Room(name="stats", families=dict.fromkeys(HEARD, handlers.on_facts), api=api.router)


def main() -> None:
    """Run until told to stop."""
    run(room())
