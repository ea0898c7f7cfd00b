"""No test of the carrier is left out of its proof unnoticed."""

import pytest

from tests.proof.clone import ROOT
from tests.proof.cures_out import cures
from tests.proof.suites import REBALANCE, SUITES, is_in_a_suite

EXCUSED = {
    "tests/chassis/test_effective_settings.py": "`make proof-line` claims it",
    "tests/chassis/test_faults.py": "`make proof-line` claims it: each telling has its effect once, whatever dies",
    "tests/chassis/test_http.py": "who may ask what; nothing is carried",
    "tests/chassis/test_ids.py": "how ids sort; nothing is carried",
    "tests/chassis/test_malformed.py": "`make proof-line` claims it: what is wrong is held as it came",
    "tests/chassis/test_occasion.py": "the day of a decision; nothing is carried",
    "tests/chassis/test_reading.py": "whoever reads a topic back is proved to find all of it: the owners, and those who recall",
    "tests/chassis/test_room.py": "who hears what, as the catalogue says; `make proof-line` claims it",
    "tests/chassis/test_sealed.py": "who can read what is held; that nothing of it is lost is claimed by others",
    "tests/chassis/test_settings.py": "what can be set; nothing is carried",
    "tests/chassis/test_stopping.py": "`make proof-line` claims it; SIGTERM with a batch in hand is measured here",
    "tests/chassis/test_telemetry.py": "how logs read; nothing is carried",
    "tests/faults/test_ten_thousand.py": "`make proof-line` claims it, and it is long",
}
"""Why a file is not run."""

OF_THE_CARRIER = {
    each.relative_to(ROOT).as_posix() for folder in ("chassis", "faults") for each in (ROOT / "tests" / folder).glob("test_*.py")
}
OF_CURES = {each.test.partition("::")[0] for each in cures(ROOT)}


def _is_run(file: str) -> bool:
    return is_in_a_suite(file) or file in REBALANCE


@pytest.mark.parametrize("file", sorted(OF_THE_CARRIER | OF_CURES))
def test_each_file_of_the_carrier_s_tests_and_of_its_cures_is_run_by_its_proof_or_excused(file: str) -> None:
    assert _is_run(file) != (file in EXCUSED), "put it into the suite whose claim it makes, or say here why not; not both"


def test_what_the_proof_names_is_there() -> None:
    named = {each for suite in (*SUITES.values(), REBALANCE, EXCUSED) for each in suite}

    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []
