"""`landfall up`: the system on this machine, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys

from chassis.parts import until_one_ends
from landfall.embedded.postgres import NotReadyError
from landfall.supervisor import running
from landfall.system import System

BROKEN = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clock", choices=("live", "event"), default="live", help="event follows a scenario's calendar")


def tell(text: str) -> None:
    """One line of progress."""
    print(text, flush=True)  # noqa: T201 - this is what the command is for


def run(arguments: argparse.Namespace) -> int:
    """Start everything and keep it running; 0 after Ctrl-C or SIGTERM, 1 if it does not start, 3 if it broke."""
    try:
        return asyncio.run(_run(arguments.clock))
    except NotReadyError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is what the command is for
        return 1


async def _run(clock: str) -> int:
    stop = stop_on_signals()
    async with running(clock, tell, stop) as system:
        say_where(system)
        return await until_stopped(system, stop)


def stop_on_signals() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


def say_where(system: System) -> None:
    """Where everything is; the token stays in a file that only we may read."""
    token = system.folder / "api-token"
    token.touch(mode=0o600)
    token.write_text(system.api_token)
    for name, address in system.addresses.items():
        tell(f"{name:10} {address}")
    tell(f"{'broker':10} {system.bootstrap}")
    tell(f"{'facts':10} {system.folder / 'run.json'}")
    tell(f"{'token':10} {token}")
    tell("Ctrl-C stops everything.")


async def until_stopped(system: System, stop: asyncio.Event) -> int:
    """Wait for a signal, or for the system to break."""
    with system.breaking() as breaking:
        await until_one_ends(stop, [breaking])
    if system.broken.is_set():
        tell(system.why)
        return BROKEN
    tell("stopping")
    return 0
