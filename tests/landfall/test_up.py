"""`landfall up` leaves nothing behind, however it ends, and starts again what dies."""

import os
import signal
from collections.abc import Iterator

import httpx
import psutil
import pytest

from contracts.catalogue import SERVICES
from landfall.up import BROKEN
from tests.landfall.upping import Up, all_gone, not_root, said_until, starting, up
from tests.waiting import until


@pytest.fixture(scope="module")
def running() -> Iterator[Up]:
    """One for all tests that leave it as they found it."""
    with up() as found:
        yield found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_keeps_running_after_it(how: signal.Signals) -> None:
    with up() as running:
        children = running.descendants()
        assert len(children) > 6

        running.process.send_signal(how)

        assert all_gone(children)
        assert running.process.wait(60) == (-how if how is signal.SIGKILL else 0)
        assert running.folder.exists() == (how is signal.SIGKILL)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_is_killed_comes_back(running: Up, service: str) -> None:
    before = running.facts["pids"][service]

    os.kill(before, signal.SIGKILL)

    await until(lambda: running.facts["pids"][service] != before, f"{service} runs again")
    await until(lambda: _ready(running, service), f"{service} is ready again")


async def test_a_database_that_is_killed_comes_back_and_the_services_with_it(running: Up) -> None:
    before = running.facts["leashes"]["postgres"]

    os.kill(before, signal.SIGKILL)

    await until(lambda: running.facts["leashes"]["postgres"] != before, "PostgreSQL runs again")
    for service in SERVICES:
        await until(lambda: _ready(running, service), f"{service} is ready again")  # noqa: B023 - awaited at once


def test_the_run_is_over_when_the_broker_dies_because_it_held_everything_in_memory() -> None:
    with up() as running:
        children = running.descendants()

        os.kill(running.facts["leashes"]["broker"], signal.SIGKILL)

        assert running.process.wait(60) == BROKEN
        assert "the embedded broker died" in running.rest()
        assert all_gone(children)


@pytest.mark.parametrize("line", ["PostgreSQL: starting", "broker: starting", "intel: starting"])
def test_it_can_be_stopped_while_it_starts(line: str) -> None:
    with starting() as process:
        said_until(process, line)
        children = psutil.Process(process.pid).children(recursive=True)

        process.terminate()

        assert process.wait(60) == 1
        assert all_gone(children)


def test_secrets_are_for_our_eyes_only_and_never_printed(running: Up) -> None:
    token = (running.folder / "api-token").read_text()

    assert {each.name for each in running.folder.iterdir() if each.is_file() and each.stat().st_mode & 0o077} == set()
    assert token not in "".join(running.said)


def test_it_runs_for_a_user_who_is_not_root() -> None:
    with up(*not_root()) as running:
        assert set(running.facts["addresses"]) == set(SERVICES)


def test_a_taken_port_is_met_with_another_one(running: Up) -> None:
    with up() as second:
        addresses = [*running.facts["addresses"].values(), *second.facts["addresses"].values()]

        assert len(set(addresses)) == 2 * len(SERVICES)


def _ready(running: Up, service: str) -> bool:
    try:
        return httpx.get(f"{running.facts['addresses'][service]}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False
