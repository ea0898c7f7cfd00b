"""`make proof-line`: what the first line of events promises, recomputed from a fresh clone. PLANT=drop plants a fault and must fail."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from contracts.catalogue import SERVICES
from tests.proof.claims import Proof
from tests.proof.clone import Clone, Ran, clone, service_process
from tests.proof.running import all_pass, pytest_in

FOUR_MINUTES = 240
FIGURES = re.compile(r"All \d+ figures are what the script says")
DECIDING = "services/records/notification_decision.py"


def main() -> int:
    """Make every claim; the exit status."""
    proof = Proof("proof-line")
    with clone() as newcomer, tempfile.TemporaryDirectory() as folder:
        _first_minutes(proof, newcomer)
        _sabotages(proof, newcomer)
        _same_facts_twice(proof, newcomer, Path(folder))
        _killed_services(proof, newcomer)
        _reader(proof, newcomer)
        _tests(proof, newcomer)
        _compose(proof, newcomer)
        _hop(proof, newcomer)
    return proof.close()


def _demo(newcomer: Clone, *more: str) -> Ran:
    return newcomer.run("make", "demo", "EXIT=1", *more)


def _first_minutes(proof: Proof, newcomer: Clone) -> None:
    plant = os.environ.get("PLANT")
    ran = _demo(newcomer, *([f"SABOTAGE={plant}"] if plant else []))
    print(ran.output, flush=True)
    proof.must("fresh clone and environment, make demo EXIT=1 exits", ran.status, "0", holds=ran.status == 0)
    proof.must("including the install it takes", f"{ran.seconds:.0f} s", "under 240 s", holds=ran.seconds < FOUR_MINUTES)
    proof.must("every figure equal", _said(ran), "said by the demonstration", holds=FIGURES.search(ran.output) is not None)


def _said(ran: Ran) -> str:
    found = FIGURES.search(ran.output)
    return found[0] if found else ran.output.strip().splitlines()[-1]


def _sabotages(proof: Proof, newcomer: Clone) -> None:
    for how in ("drop", "double"):
        ran = _demo(newcomer, f"SABOTAGE={how}")
        different = [line for line in ran.output.splitlines() if line.startswith("DIFFERENT")]
        held = ran.status != 0 and bool(different)
        proof.must(
            f"make demo EXIT=1 SABOTAGE={how} exits", f"{ran.status}, {len(different)} figures differ", "not 0, by a figure", holds=held
        )


def _same_facts_twice(proof: Proof, newcomer: Clone, folder: Path) -> None:
    written = [folder / "first.json", folder / "second.json"]
    for each in written:
        newcomer.run(".venv/bin/python", "-m", "landfall", "demo", "--exit", "--facts", str(each))
    texts = [each.read_text() if each.exists() else "" for each in written]
    same = bool(texts[0]) and texts[0] == texts[1]
    lines = len(texts[0].splitlines())
    proof.must("two runs with one seed give equal facts", f"{lines} lines, {'equal' if same else 'different'}", "equal", holds=same)


def _killed_services(proof: Proof, newcomer: Clone) -> None:
    """kill -9 of each service in turn, each when the year has gone on since the last."""
    process = newcomer.start("make", "demo", "EXIT=1")
    killed: list[str] = []
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if re.fullmatch(r"(June|August|October|December) 2021", line.strip()):
            name = SERVICES[len(killed)]
            service_process(process, name).kill()
            killed.append(name)
    status = process.wait()
    again = sum("ended with SIGKILL" in line for line in lines)
    held = status == 0 and len(killed) == again == len(SERVICES) and FIGURES.search("".join(lines)) is not None
    found = f"killed {', '.join(killed)}; {again} restarts; exit {status}"
    proof.must("kill -9 of each service in turn", found, "4 restarts, the same figures, exit 0", holds=held)


def _reader(proof: Proof, newcomer: Clone) -> None:
    listed = newcomer.run("git", "ls-files").output.splitlines()
    deciding = [name for name in listed if "notification_decision" in name and not name.startswith("tests/")]
    proof.must("the file that decides on a notification, by its name", ", ".join(deciding), DECIDING, holds=deciding == [DECIDING])


def _tests(proof: Proof, newcomer: Clone) -> None:
    asked = {
        "10,000 notifications on Apache Kafka, one of two consumers killed": ("tests/faults/test_ten_thousand.py",),
        "nothing keeps running after Ctrl-C, SIGTERM or kill -9; not as root; a taken port": ("tests/landfall",),
        "effective settings, doubles, gaps, held, halts, relay": ("tests/chassis",),
    }
    for what, where in asked.items():
        all_pass(proof, what, pytest_in(newcomer.folder, where))


def _compose(proof: Proof, newcomer: Clone) -> None:
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("docker-compose")), "--profile", "scenario", "config", "--quiet"],
        cwd=newcomer.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    proof.must("docker compose config", f"exit {ran.returncode} {ran.stderr.strip()[:200]}", "exit 0", holds=ran.returncode == 0)


def _hop(proof: Proof, newcomer: Clone) -> None:
    ran = subprocess.run([sys.executable, "-m", "bench.hop"], cwd=newcomer.folder, capture_output=True, text=True, check=False)
    print(ran.stdout, ran.stderr[-2000:], flush=True)
    proof.must("make bench-hop runs and loses nothing", f"exit {ran.returncode}", "exit 0", holds=ran.returncode == 0)
    if ran.returncode == 0:
        proof.aim("notification to record, Apache Kafka", ran.stdout.strip().splitlines()[-1], "the first baseline")


if __name__ == "__main__":
    sys.exit(main())
