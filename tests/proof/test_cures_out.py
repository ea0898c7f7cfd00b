"""A cure counts as guarded only when the test that names it failed without it, and not when that test could not begin."""

from pathlib import Path

import pytest

from tests.proof.clone import ROOT
from tests.proof.cures_out import Cure, Taken, cures

NODE = "tests/chassis/test_sift.py::test_a_version_told_again_with_other_content_contradicts"
CURE = Cure(Path("tests/proof/cures/H8d.patch"), "H8 PostgreSQL older than Kafka: a version that comes again is dropped", NODE)
SUMMARY = "F                                    [100%]\n=============== short test summary info ===============\n"


def taken(line: str, status: int = 1) -> Taken:
    return Taken(CURE, status, 2.0, f"{SUMMARY}{line}\n1 failed in 0.10s\n")


@pytest.mark.parametrize("line", [f"FAILED {NODE}", f"FAILED {NODE} - Failed: DID NOT RAISE", f"FAILED {NODE}[3] - Assert"])
def test_a_test_that_failed_without_the_cure_has_caught_it(line: str) -> None:
    assert taken(line).caught
    assert str(taken(line)).startswith("caught   H8d    H8 PostgreSQL older than Kafka")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"ERROR {NODE} - OSError: no broker", id="its places were not there"),
        pytest.param("FAILED tests/chassis/test_sift.py::test_no_value_whatever_breaks_the_reader", id="another test failed"),
        pytest.param(f"FAILED {NODE}_too - AssertionError", id="another test failed whose name begins with its own"),
        pytest.param(f"E       assert 'FAILED {NODE}' in printed", id="somebody only says so"),
        pytest.param("1 skipped with LANDFALL_TEST_KAFKA=jars, where nothing may be", id="it was skipped"),
    ],
)
def test_what_ended_red_for_another_reason_has_caught_nothing(line: str) -> None:
    assert not taken(line).caught
    assert str(taken(line)).startswith("NOT CAUGHT (pytest ended with 1) H8d")


@pytest.mark.parametrize("cure", cures(ROOT), ids=lambda cure: cure.patch.stem)
def test_each_names_a_test_that_there_is(cure: Cure) -> None:
    file, _, rest = cure.test.partition("::")

    assert f"def {rest.partition('[')[0]}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("status", [0, 2, 3, 4, 5])
def test_a_run_that_did_not_end_with_a_failed_test_has_caught_nothing(status: int) -> None:
    assert not taken(f"FAILED {NODE}", status).caught
    assert f"(pytest ended with {status})" in str(taken(f"FAILED {NODE}", status))
