"""Where records is put together."""

from functools import partial

from chassis.app import run
from chassis.room import Room
from chassis.settings import read_settings
from contracts.decisions import NotificationHeld
from services.records import api, handlers
from services.records.recall import recall
from trust.keys import Keys
from trust.vault import KeysVault


def main() -> None:
    """Run records until it is told to stop.

    Raises:
        UnusableKeyFileError: LANDFALL_KEY_FILE is not set, or is not a key file.
        ForeignKeysError: it is another than the one the database was sealed under.
    """
    settings = read_settings()
    run(room(Keys.from_file(settings.key_file)), settings)


def room(keys: Keys) -> Room:
    """What records brings to the chassis."""
    return Room(
        name="records",
        families={
            "notifications": partial(handlers.on_notifications, keys),
            "travel-notices": partial(handlers.on_travel_notices, keys),
            "handovers": partial(handlers.on_handovers, keys),
        },
        vault=KeysVault(keys),
        on_held=handlers.on_held,
        recall=partial(recall, keys),
        not_recalled=(NotificationHeld,),
        api=api.routes(keys),
    )
