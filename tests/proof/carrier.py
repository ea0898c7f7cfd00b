"""`make proof-carrier`: the carrier halts rather than loses, and says so. PLANT=forget leaves a lost topic untold and must fail."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Queue
from string import ascii_lowercase
from time import monotonic
from typing import NamedTuple

from contracts.catalogue import SERVICES
from tests.places import kafka as kafkas
from tests.places.lent import lent
from tests.proof import drills
from tests.proof.claims import Proof
from tests.proof.clone import clone
from tests.proof.cures_out import PATIENCE_SECONDS, Cure, Taken, cures, take_out
from tests.proof.rounds import PEOPLE, handled, rounds
from tests.proof.running import all_pass, failures, pytest_in
from tests.proof.suites import REBALANCE, SUITES
from tests.proof.system import System, places, system
from tests.proof.verdict import Verdict

ROUNDS = 200
SUITES_AT_ONCE, CURES_AT_ONCE = 4, 6
"""A test whose cure is out does little but wait, and has a broker already: six of them leave two cores more idle than four suites do."""
RESTORED = SERVICES
PAUSES = ("paused 1->4", "paused 4->1")
LOST_FACTS, LOST_LATEST = "records.v1", "statistics.v1"


def main() -> int:
    """Make every claim; the exit status."""
    proof = Proof("proof-carrier")
    print(f"Kafka: {kafkas.title('jars')}", flush=True)
    asyncio.run(_drills(proof))
    with ExitStack() as stack:
        folders = [stack.enter_context(clone()).folder for _ in range(CURES_AT_ONCE)]
        _suites(proof, folders[0])
        _cures(proof, folders)
        _rebalance(proof, folders[0])
        _check(proof, folders[0])
    return proof.close()


async def _drills(proof: Proof) -> None:
    async with places() as at:

        async def drill(what: str, act: Callable[[System], Awaitable[Verdict]]) -> None:
            began = monotonic()
            try:
                async with system(at) as found:
                    verdict = await act(found)
            except AssertionError as error:
                verdict = Verdict(disagreements=[str(error)])
                print(*getattr(error, "__notes__", ()), sep="\n", flush=True)
            text = f"{verdict} [{monotonic() - began:.0f} s]"
            proof.must(what, text, "0 lost, 0 doubled, 0 disagreements", holds=verdict.holds)

        for name in RESTORED:
            await drill(f"{name} restored from a backup 30 s old, under load", lambda found, name=name: drills.restored(found, name))  # type: ignore[misc]  # bound
        told_again = os.environ.get("PLANT") != "forget"
        await drill(f"{LOST_FACTS} lost, under load", lambda found: drills.lost_facts_topic(found, LOST_FACTS, told_again=told_again))
        await drill(f"{LOST_LATEST} lost, under load", lambda found: drills.lost_latest_topic(found, LOST_LATEST))
        async with system(at) as found:
            found.stop()
            await found.start("records", number=2)
            made = await rounds(found, ROUNDS)
            shares = handled(found)
        right, target = sum(each == PEOPLE for each in made), f"{ROUNDS} of {ROUNDS}"
        what = f"two instances told of the same {PEOPLE} people over two channels, every other time by name alone"
        proof.must(what, f"{right} of {len(made)} rounds made {PEOPLE} records", target, holds=right == len(made) == ROUNDS)
        proof.must("notifications that each of the two decided on", shares, "each some", holds=len(shares) > 1 and min(shares) > 0)


def _cures(proof: Proof, folders: Sequence[Path]) -> None:
    """Each is taken out alone in its checkout; what most tests do without it is to wait, so as many are at it as there are checkouts."""
    found, caught = cures(folders[0]), 0
    free: Queue[tuple[Path, Mapping[str, str]]] = Queue()

    def take(cure: Cure) -> Taken:
        folder, places = free.get()
        try:
            return take_out(folder, cure, places)
        finally:
            free.put((folder, places))

    with lent(len(folders)) as pairs, ThreadPoolExecutor(len(folders)) as pool:
        for each in zip(folders, pairs, strict=True):
            free.put(each)
        for taken in pool.map(take, found):
            caught += taken.caught
            print(taken, flush=True)
            if not taken.caught:
                print(failures(taken.output), flush=True)
    hazards = {each.patch.stem.rstrip(ascii_lowercase) for each in found}
    missing = sorted({f"H{number}" for number in range(3, 19)} - hazards)
    proof.must("cures taken out", f"caught {caught} of {len(found)}", f"{len(found)} of {len(found)}", holds=caught == len(found) > 0)
    proof.must("hazards H3 to H18 with a cure that is guarded", f"{16 - len(missing)} of 16 {missing or ''}", "16 of 16", holds=not missing)


def _run(folder: Path, tests: Sequence[str]) -> tuple[int, float, str]:
    """With the patience with which cures are taken out."""
    return pytest_in(folder, tests, LANDFALL_TEST_PATIENCE_SECONDS=PATIENCE_SECONDS)


def _suites(proof: Proof, folder: Path) -> None:
    with ThreadPoolExecutor(SUITES_AT_ONCE) as pool:
        for what, ran in zip(SUITES, pool.map(partial(_run, folder), SUITES.values()), strict=True):
            all_pass(proof, what, ran)


def _rebalance(proof: Proof, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as kept:
        measured = Path(kept) / "measured"
        what = "one instance, four, and one again under load; SIGTERM with a batch in hand: each telling once, in order"
        all_pass(proof, what, pytest_in(folder, REBALANCE, LANDFALL_MEASURED=str(measured)))
        found = json.loads(measured.read_text()) if measured.exists() else {}
    for name in PAUSES:
        proof.must(name, found.get(name, "not measured"), "printed", holds=name in found)


def _check(proof: Proof, folder: Path) -> None:
    checked = _last_line(folder, sys.executable, "-m", "compatibility.check")
    proof.must("contracts against every release, both ways", checked, "exit 0", holds=checked.status == 0)
    checked = _last_line(folder, "make", "check-asyncapi")
    proof.must("the AsyncAPI 3 document, by @asyncapi/parser", checked, "valid", holds=checked.status == 0 and "valid" in checked.text)


class Checked(NamedTuple):
    """How a check ended, and what it said last."""

    status: int
    text: str

    def __str__(self) -> str:
        return self.text or f"exit {self.status}"


def _last_line(folder: Path, *command: str) -> Checked:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Checked(ran.returncode, "".join((ran.stdout + ran.stderr).strip().splitlines()[-1:]))


if __name__ == "__main__":
    sys.exit(main())
