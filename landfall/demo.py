"""`landfall demo`: the year 2021-22 through four services, and the figures beside those that were published."""

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.parts import CutShortError, unless_cut_short
from landfall import facts, figures, tables
from landfall.embedded.postgres import NotReadyError
from landfall.sabotage import Forgetfulness, Sabotage, told_again, withhold
from landfall.supervisor import running
from landfall.system import System
from landfall.up import say_where, stop_on_signals, until_stopped
from simulators import expectation, year
from simulators.calm import NoRestError
from simulators.days import FIRST_DAY, YEAR_ENDS, days
from simulators.desk import DeskError
from simulators.director import Director, OnDay, director
from simulators.forces import NotAskedError
from simulators.line import Address, UsedTopicsError
from simulators.script import Script

SEED = 2021
FIGURES_DIFFER, DID_NOT_PLAY = 2, 1
WIDTH = 110
T = TypeVar("T")


class StoppedError(RuntimeError):
    """It was told to stop, or the system broke, before the year was over."""


FAILURES = (NotReadyError, NoRestError, DeskError, NotAskedError, UsedTopicsError, StoppedError, KafkaError)
"""What ends the demonstration with a sentence and no traceback."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--exit", action="store_true", help="compare every figure, stop everything, and exit 0 only if all are equal")
    parser.add_argument("--sabotage", type=Sabotage, choices=list(Sabotage), help="lose one message, or have one counted twice")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed tells another year with the same published figures")
    parser.add_argument("--facts", type=Path, metavar="FILE", help="write all facts to FILE, so that two runs can be compared")


def run(arguments: argparse.Namespace) -> int:
    """Play the year; 0 if it was played (with --exit: and every figure is right), 2 if a figure differs, 1 if it could not be played."""
    try:
        return asyncio.run(_run(arguments))
    except FAILURES as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is what the command is for
        return DID_NOT_PLAY


async def _run(arguments: argparse.Namespace) -> int:
    stop = stop_on_signals()
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=True)
    writing = asyncio.create_task(asyncio.to_thread(year.script, arguments.seed))
    async with running(clock="event", tell=lambda text: console.print(text, markup=False), stop=stop) as system:
        status = await _unless_stopped(_play_and_tell(arguments, await writing, system, console), system, stop)
        if arguments.exit:
            return status
        say_where(system)
        return await until_stopped(system, stop) or status


async def _unless_stopped(work: Coroutine[Any, Any, T], system: System, stop: asyncio.Event) -> T:
    """The work's result.

    Raises:
        StoppedError: a signal came first, or the system broke.
    """
    try:
        with system.breaking() as breaking:
            return await unless_cut_short(work, stop, [breaking])
    except CutShortError:
        raise StoppedError(system.why or "stopped before the year was over") from None


async def _play_and_tell(arguments: argparse.Namespace, script: Script, system: System, console: Console) -> int:
    address = Address(system.bootstrap, embedded=True)
    async with director(address, lambda: system.addresses, system.api_token) as everybody:
        await _play(arguments.sabotage, script, system, console, everybody)
        found = await figures.read(everybody.desk)
    tables.show(console, found)
    if arguments.facts is not None:
        stories = await facts.write(address, arguments.facts)
        console.print(f"facts of {stories} stories: {arguments.facts}")
    return judge(found, script, console)


def judge(found: figures.Figures, script: Script, console: Console) -> int:
    """Say which figures differ from what the script says or what was published; 0 if none does."""
    wanted = figures.expected(expectation.expected(script))
    wrong = figures.differences(found, wanted)
    for each in wrong:
        console.print(f"DIFFERENT  {each}", markup=False)
    if wrong:
        console.print(f"{len(wrong)} figures differ.")
        return FIGURES_DIFFER
    console.print(f"All {len(wanted)} figures are what the script says, and {len(figures.PUBLISHED)} of them what ACRO published.")
    return 0


async def _play(sabotage: Sabotage | None, script: Script, system: System, console: Console, everybody: Director) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} days"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("the year 2021-22", total=sum(1 for _ in days(FIRST_DAY, YEAR_ENDS)))

        async def show(day: date) -> None:
            bar.update(task, completed=(day - FIRST_DAY).days, description=f"{day:%d %b %Y}")
            if not console.is_terminal and day.day == 1:
                console.print(f"{day:%B %Y}")

        match sabotage:
            case None:
                await everybody.play(script, show)
            case Sabotage.DROP:
                rest, lost = withhold(script)
                console.print(f"SABOTAGE  one notification of {lost.channel}, due on {lost.day}, is withheld")
                await everybody.play(rest, show)
            case Sabotage.DOUBLE:
                await everybody.play(script, _forgetting(script, system, console, everybody, show))
        bar.update(task, completed=(YEAR_ENDS - FIRST_DAY).days + 1)


def _forgetting(script: Script, system: System, console: Console, everybody: Director, show: OnDay) -> OnDay:
    first, second = next(told_again(script))
    forgetfulness = Forgetfulness(first, second, system.superuser_url, everybody.desk)

    async def on_day(day: date) -> None:
        await show(day)
        if await forgetfulness.strike(day):
            console.print(f"SABOTAGE  records forgets a notification of {first.channel} of {first.day}; on {day} it is told again")

    return on_day
