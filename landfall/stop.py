"""`landfall stop`: why a service reads nothing, of one topic or of all, and the word that it may go on."""

import argparse

from chassis import stops
from chassis.settings import DatabaseSettings
from landfall.operator_settings import WHERE, at_database, carry_out
from landfall.operators import Connection, RefusedError, add_who_and_why, say, tell

COLUMNS = ("topic", "since", "held", "why")
STOPS = "select topic, since, held, why from stop order by since"
CLEARED = "select topic, since, held, why, cleared_at, cleared_by, cleared_reason from cleared_stop order by clearing_id"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Show what is stopped, or clear it."""
    parser.epilog = f"{WHERE} See docs/runbooks/held.md."
    actions = parser.add_subparsers(dest="action", required=True)
    show = actions.add_parser("show", help="what is stopped, and why")
    show.add_argument("--cleared", action="store_true", help="what was stopped before, and who cleared it")
    show.add_argument("--json", action="store_true", help="as JSON")
    clear = actions.add_parser("clear", help="let it be read again; the service goes on within seconds, without a restart")
    clear.add_argument("--topic", default=stops.ALL, help="as `show` names it; without it, the stop of the whole service")
    add_who_and_why(clear)


def run(arguments: argparse.Namespace) -> int:
    """0 when it was done; 1 with the reason on standard error when it was not."""
    return carry_out(DatabaseSettings, lambda settings: _act(settings, arguments))


async def _act(settings: DatabaseSettings, arguments: argparse.Namespace) -> None:
    async with at_database(settings) as connection:
        if arguments.action == "clear":
            await _clear(connection, arguments)
        elif arguments.cleared:
            columns = (*COLUMNS, "cleared_at", "cleared_by", "cleared_reason")
            tell(map(dict, await connection.fetch(CLEARED)), columns, as_json=arguments.json)
        else:
            tell(map(dict, await connection.fetch(STOPS)), COLUMNS, as_json=arguments.json)


async def _clear(connection: Connection, arguments: argparse.Namespace) -> None:
    if not await stops.clear(connection, arguments.topic, arguments.by, arguments.reason):
        message = f"{arguments.topic} is not stopped; `landfall stop show` names what is"
        raise RefusedError(message)
    say(f"{arguments.topic} is cleared")
