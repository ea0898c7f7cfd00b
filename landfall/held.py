"""`landfall held`: what a service could not apply, without showing whose it is, and orders about it that the service carries out."""

import argparse
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.ordering import Wish, order
from chassis.settings import DatabaseSettings
from contracts.codes import HoldReason
from landfall.held_view import shown, with_original
from landfall.operator_settings import WHERE, at_database, carry_out
from landfall.operators import Connection, RefusedError, add_who_and_why, say, tell

COLUMNS = ("held_id", "kept_at", "topic", "partition", "offset", "reason", "version", "ordered", "complaint")

WISHES = {
    Wish.REDRIVE: "handle it again now, and after it what stands behind it",
    Wish.RELEASE: "let what waits go on, and give up for ever the versions that are missing before it",
    Wish.DISCARD: "never apply it: what stands behind it goes on, and its discarding is said; what has no version here leaves its gap",
}

SELECT = """
select held_id, kept_at, topic, partition, "offset", reason, complaint, subject, version, original, ordered, ordered_by, ordered_at,
    order_reason, length(original) as bytes
from held
where (cardinality($1::uuid[]) = 0 or held_id = any($1)) and ($2::text is null or topic = $2) and ($3::text is null or reason = $3)
order by kept_at, topic, partition, "offset"
"""

ANSWERS = "select ordered, ordered_by, order_reason, answered_at, complaint from answered_order where held_id = $1 order by answer_id"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One action each; orders name what they are about by id, or by topic and reason."""
    parser.epilog = f"{WHERE} See docs/runbooks/held.md."
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="everything that is held")
    _add_filters(listing)
    show = actions.add_parser("show", help="one held telling, and what was ordered about it")
    show.add_argument("held_id", type=UUID)
    show.add_argument("--original", action="store_true", help="show the original bytes too; who looked, and why, is kept")
    show.add_argument("--key-file", help="opens what is sealed; else LANDFALL_KEY_FILE")
    add_who_and_why(show, required=False)
    for wish, text in WISHES.items():
        ordering = actions.add_parser(wish, help=text, description=text)
        ordering.add_argument("held_id", type=UUID, nargs="*")
        _add_filters(ordering)
        add_who_and_why(ordering)
    for each in actions.choices.values():
        each.add_argument("--json", action="store_true", help="as JSON")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--topic", help="only what came on this topic")
    parser.add_argument("--held-for", choices=list(HoldReason), help="only what is held for this reason")


def run(arguments: argparse.Namespace) -> int:
    """0 when it was done; 1 with the reason on standard error when it was not."""
    return carry_out(DatabaseSettings, lambda settings: _act(settings, arguments))


async def _act(settings: DatabaseSettings, arguments: argparse.Namespace) -> None:
    async with at_database(settings) as connection:
        match arguments.action:
            case "list":
                tell(map(shown, await _select(connection, arguments, [])), COLUMNS, as_json=arguments.json)
            case "show":
                await _show(connection, arguments)
            case wish:
                await _order(connection, arguments, Wish(wish))


async def _select(connection: Connection, arguments: argparse.Namespace, held_ids: Sequence[UUID]) -> list[Any]:
    return await connection.fetch(SELECT, held_ids, getattr(arguments, "topic", None), getattr(arguments, "held_for", None))


async def _show(connection: Connection, arguments: argparse.Namespace) -> None:
    rows = await _select(connection, arguments, [arguments.held_id])
    answers = [dict(each) for each in await connection.fetch(ANSWERS, arguments.held_id)]
    if not rows and not answers:
        message = f"nothing is or was held as {arguments.held_id}"
        raise RefusedError(message)
    found = [shown(row) for row in rows]
    if rows and arguments.original:
        found = [await with_original(connection, rows[0], arguments)]
    if arguments.json:
        tell([{"held": found[0] if found else None, "answers": answers}], (), as_json=True)
        return
    for name, value in (found[0] if found else {"held_id": f"{arguments.held_id} is not held any more"}).items():
        say(f"{name:14} {value}")
    tell(answers, ("answered_at", "ordered", "ordered_by", "order_reason", "complaint"), as_json=False)


async def _order(connection: Connection, arguments: argparse.Namespace, wish: Wish) -> None:
    if not (arguments.held_id or arguments.topic or arguments.held_for):
        message = "say what about: ids, --topic or --held-for"
        raise RefusedError(message)
    rows = await _select(connection, arguments, arguments.held_id)
    missing = set(arguments.held_id) - {row["held_id"] for row in rows}
    if missing or not rows:
        message = f"not held: {', '.join(map(str, sorted(missing))) or 'nothing of that kind'}; nothing was ordered"
        raise RefusedError(message)
    number = await order(connection, [row["held_id"] for row in rows], wish, arguments.by, arguments.reason)
    say(f"{number} of {len(rows)} ordered; the others had one already, or are held no more. The service carries it out while it runs.")
