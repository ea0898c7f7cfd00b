"""Where records is put together."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from chassis.app import run
from chassis.room import Room
from chassis.settings import Environment, read_settings
from contracts.decisions import NotificationHeld
from services.records import api, handlers
from services.records.law import CATEGORIES, CategoryRow, unverified
from services.records.recall import recall
from trust.keys import Keys
from trust.vault import KeysVault


class UnverifiedLawError(RuntimeError):
    """In production, law that nobody compared with its source would decide about real people."""

    def __init__(self, categories: Iterable[str]) -> None:
        super().__init__(
            "LANDFALL_ENV=production decides about real people: compare each of these offence categories with the printed table "
            "(OJ L 93, 7.4.2009, p. 33 to 48), put it right and mark it verified=True in services/records/law.py, and start that release: "
            + ", ".join(categories)
        )


def main() -> None:
    """Run records until it is told to stop.

    Raises:
        UnverifiedLawError: it is to run in production, and an offence category was not compared with its source.
        UnusableKeyFileError: LANDFALL_KEY_FILE is not set, or is not a key file.
        ForeignKeysError: it is another than the one the database was sealed under.
    """
    settings = read_settings()
    refuse_unverified(settings.env)
    run(room(Keys.from_file(settings.key_file)), settings)


def refuse_unverified(env: Environment, rows: Iterable[CategoryRow] = CATEGORIES) -> None:
    """Let nothing decide in production that nobody compared with its source.

    Raises:
        UnverifiedLawError: see there.
    """
    if env is Environment.PRODUCTION and (found := unverified(rows, datetime.now(UTC).date())):
        raise UnverifiedLawError(found)


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
