"""Where handover is put together."""

from chassis.app import run
from chassis.room import Room
from chassis.settings import read_settings
from services.handover import api, handlers, worker
from services.handover.recall import recall
from trust.keys import Keys
from trust.vault import KeysVault


def main() -> None:
    """Run handover until it is told to stop.

    Raises:
        UnusableKeyFileError: LANDFALL_KEY_FILE is not set, or is not a key file.
        ForeignKeysError: it is another than the one the database was sealed under.
    """
    settings = read_settings()
    run(room(Keys.from_file(settings.key_file)), settings)


def room(keys: Keys) -> Room:
    """What handover brings to the chassis."""
    return Room(
        name="handover",
        families={"records": handlers.on_records, "handover-replies": handlers.on_replies},
        vault=KeysVault(keys),
        on_held=handlers.on_held,
        on_due=worker.fire,
        recall=recall,
        api=api.router,
    )
