"""The only place where handover is put together."""

from chassis.app import run
from chassis.room import Room
from services.handover import api, handlers, worker


def room() -> Room:
    return Room(
        name="handover",
        families={"records": handlers.on_records, "handover-replies": handlers.on_replies},
        on_due=worker.fire,
        api=api.router,
    )


def main() -> None:
    """Run until told to stop."""
    run(room())
