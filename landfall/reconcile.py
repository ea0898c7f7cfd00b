"""`landfall reconcile`: a running service reads its own compacted topics back, now, and tells again what they lost or have older."""

import argparse
import asyncio
import json
import secrets
import sys
from contextlib import suppress
from time import monotonic
from typing import Any

import asyncpg
from pydantic import ValidationError

from chassis.database import connect
from chassis.looking_back import ANSWER, ASK
from chassis.mirror import mirrored
from chassis.settings import Settings, read_settings
from contracts.catalogue import SERVICES

PATIENCE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 2.0  # the word goes to whoever leads now; a new leader has not heard it
NO_ANSWER = "no answer: is the service running, and is Kafka there? It compares by itself when it starts"


class OtherServiceError(RuntimeError):
    """The variables are those of another service."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(f"these LANDFALL_* variables are those of {found}; run it where {wanted} runs")


FAILURES = (OtherServiceError, ValidationError, OSError, asyncpg.PostgresError, TimeoutError)


async def reconcile(settings: Settings, service: str, patience_seconds: float) -> dict[str, Any]:
    """Ask the leader of the service's relay, who alone may tell again; what it answers is made by `chassis.looking_back.answer`.

    Raises:
        OtherServiceError: another service answered.
        TimeoutError: nobody leads, or the leader cannot read its topics.
        OSError, asyncpg.PostgresError: the service's database does not answer.
    """
    answer = await _ask(settings, patience_seconds)
    if answer["service"] != service:
        raise OtherServiceError(answer["service"], service)
    return answer


async def _ask(settings: Settings, patience_seconds: float) -> dict[str, Any]:
    word = secrets.token_hex(8)
    answered: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def hear(*told: object) -> None:
        answer = json.loads(str(told[-1]))
        if answer["asked"] == word and not answered.done():
            answered.set_result(answer)

    connection = await connect(settings, "reconcile")
    try:
        await connection.add_listener(ANSWER, hear)
        deadline = monotonic() + patience_seconds
        while monotonic() < deadline:
            await connection.execute("select pg_notify($1, $2)", ASK, word)
            with suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(answered), min(ASK_AGAIN_SECONDS, patience_seconds))
        raise TimeoutError(NO_ANSWER)
    finally:
        await connection.close()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--service", required=True, choices=[each for each in SERVICES if mirrored(each)], help="whose topics")
    parser.epilog = "Run it where the service runs: it reads the service's own LANDFALL_* variables."


def run(arguments: argparse.Namespace) -> int:
    """0 if all agrees now; 1 with the reason if something on a topic is strange, or nobody answered."""
    try:
        found = asyncio.run(reconcile(read_settings(), arguments.service, PATIENCE_SECONDS))
    except FAILURES as error:
        print(f"not reconciled: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1
    print(f"{arguments.service}: {found['agree']} agree, {found['again']} told again, {found['strange']} strange")  # noqa: T201 - as above
    for each in found["named"]:
        print(f"strange, and not overwritten: {each}", file=sys.stderr)  # noqa: T201 - as above
    return 1 if found["strange"] else 0
