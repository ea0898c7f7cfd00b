"""`landfall reconcile`: a running service reads its own compacted topics back, now, and tells again what they lost or have older."""

import argparse
import asyncio
import json
import secrets
import sys
from contextlib import suppress
from time import monotonic
from typing import Any

from chassis.looking_back import ANSWER, ASK
from chassis.mirror import mirrored
from chassis.settings import DatabaseSettings
from landfall.operator_settings import WHERE, at_database, carry_out, whose
from landfall.operators import Connection, RefusedError, say

PATIENCE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 2.0  # the word goes to whoever leads now; a new leader has not heard it
NO_ANSWER = "no answer: is the service running, and is Kafka there? It compares by itself when it starts"


async def reconcile(settings: DatabaseSettings, patience_seconds: float) -> dict[str, Any]:
    """Ask the leader of the service's relay, who alone may tell again; what it answers is made by `chassis.looking_back.answer`.

    Raises:
        RefusedError: this is the database of a service that has no compacted topic.
        TimeoutError: nobody leads, or the leader cannot read its topics.
        OSError, asyncpg.PostgresError: the service's database does not answer.
    """
    async with at_database(settings) as connection:
        service = await whose(connection)
        if not mirrored(service):
            message = f"{service} has no compacted topic; landfall replay compare compares the topics that it has"
            raise RefusedError(message)
        return await _ask(connection, patience_seconds)


async def _ask(connection: Connection, patience_seconds: float) -> dict[str, Any]:
    word = secrets.token_hex(8)
    answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def hear(*told: object) -> None:
        answer = json.loads(str(told[-1]))
        if answer["asked"] == word and not answered.done():
            answered.set_result(answer)

    await connection.add_listener(ANSWER, hear)
    deadline = monotonic() + patience_seconds
    while monotonic() < deadline:
        await connection.execute("select pg_notify($1, $2)", ASK, word)
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(answered), min(ASK_AGAIN_SECONDS, patience_seconds))
    raise TimeoutError(NO_ANSWER)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"{WHERE} See docs/runbooks/disagreement.md."


def run(_arguments: argparse.Namespace) -> int:
    """0 if all agrees now; 1 with the reason if something on a topic is strange, or nobody answered."""
    return carry_out(DatabaseSettings, _carry_out)


async def _carry_out(settings: DatabaseSettings) -> int:
    found = await reconcile(settings, PATIENCE_SECONDS)
    say(f"{found['service']}: {found['agree']} agree, {found['again']} told again, {found['strange']} strange")
    for each in found["named"]:
        print(f"strange, and not overwritten: {each}", file=sys.stderr)  # noqa: T201 - this is what the command is for
    return 1 if found["strange"] else 0
