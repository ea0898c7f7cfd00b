"""Where records is put together."""

from functools import partial

from chassis.app import run
from chassis.room import Room
from chassis.settings import read_settings
from services.records import api, handlers
from trust.keys import Keys, UnusableKeyFileError


def main() -> None:
    """Run records until it is told to stop.

    Raises:
        UnusableKeyFileError: LANDFALL_KEY_FILE is not set, or is not a key file.
    """
    settings = read_settings()
    if settings.key_file is None:
        message = "records keeps personal data under keys: set LANDFALL_KEY_FILE to a key file"
        raise UnusableKeyFileError(message)
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
        on_held=handlers.on_held,
        api=api.routes(keys),
    )
