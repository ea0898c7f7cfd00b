"""A release is frozen whole, once, and only if every earlier promise is kept; and what was frozen is looked at every time."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from compatibility import check, release
from compatibility.promise import TopicPromise, hash_of, now, released
from contracts import generate
from contracts.catalogue import FACTS
from contracts.codes import CloseReason
from contracts.fact import Fact
from contracts.generate import ROOT
from contracts.records import RecordClosed
from tests.compatibility.changing import broken_by


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Made files as they should be, and nothing released yet."""
    shutil.copytree(ROOT / "contracts" / "examples", tmp_path / "contracts" / "examples")
    generate.write(tmp_path)
    return tmp_path


@pytest.fixture
def with_release(checkout: Path) -> Path:
    assert release.main(["0.1.0"], checkout) == 0
    return checkout


def _promise_of(root: Path) -> Path:
    return root / "contracts" / "released" / "0.1.0" / "promise.json"


def test_the_contracts_keep_every_promise_of_every_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main() == 0
    assert "(0.1.0" in capsys.readouterr().out


def test_what_is_frozen_is_what_is_promised(with_release: Path) -> None:
    (frozen,) = released(with_release)

    assert replace(frozen, version="unreleased") == now()
    assert {path.stem for path in _promise_of(with_release).parent.glob("examples/*.json")} == set(FACTS)
    assert check.main(with_release) == 0


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("0.1.0", "does not come after 0.1.0"),
        ("0.0.9", "does not come after 0.1.0"),
        ("v1", "write it as 0.1.0"),
        ("1.0", "write it as 0.1.0"),
        ("01.0.0", "write it as 0.1.0"),
    ],
)
def test_a_release_is_never_written_over_or_put_before_another(
    with_release: Path, capsys: pytest.CaptureFixture[str], version: str, why: str
) -> None:
    before = _promise_of(with_release).stat().st_mtime_ns

    assert release.main([version], with_release) == 1

    assert why in capsys.readouterr().err
    assert _promise_of(with_release).stat().st_mtime_ns == before
    assert [each.version for each in released(with_release)] == ["0.1.0"]


def test_releases_are_ordered_by_number_and_not_by_letter(with_release: Path) -> None:
    for version in ("0.9.0", "0.10.0"):
        assert release.main([version], with_release) == 0

    assert [each.version for each in released(with_release)] == ["0.1.0", "0.9.0", "0.10.0"]


def test_nothing_is_released_while_a_made_file_is_out_of_date(with_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (with_release / "contracts" / "schemas" / "reader" / "quiet.v1.json").write_text("{}", encoding="utf-8")

    assert release.main(["0.2.0"], with_release) == 1

    assert "reader/quiet.v1.json is out of date" in capsys.readouterr().err


def _alter(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")


def test_nothing_is_released_or_checked_well_while_an_earlier_promise_is_broken(
    with_release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = _promise_of(with_release).parent / "reader" / "record-closed.v1.json"
    _alter(needed, lambda schema: schema["$defs"]["RecordClosed"].update(required=["record_id", "reason", "case"]))

    assert release.main(["0.2.0"], with_release) == 1
    assert check.main(with_release) == 1

    why = "record-closed.v1: not all that is written now can be read by release 0.1.0. data.case: is needed to read it"
    assert capsys.readouterr().err.count(why) == 2
    assert not (with_release / "contracts" / "released" / "0.2.0").exists()


def test_a_change_of_a_topic_s_owner_order_partitions_or_types_is_named() -> None:
    current = now()
    records = current.topics["records.v1"]
    changed: dict[str, TopicPromise] = {
        "records.v1": {"partitions": 24, "order": "none", "source": "/archive", "facts": records["facts"][1:]},
        **{name: topic for name, topic in current.topics.items() if name not in {"records.v1", "checks.v1"}},
    }

    assert broken_by(replace(current, topics=changed)) == [
        "records.v1: its source changed from /records to /archive. Leave it as it was, and make a new topic beside it. (release 0.1.0)",
        "records.v1: its order changed from gapless to none. Leave it as it was, and make a new topic beside it. (release 0.1.0)",
        "records.v1: its partitions changed from 12 to 24. Leave it as it was, and make a new topic beside it. (release 0.1.0)",
        "records.v1: it no longer carries record-created.v1. Put that type back into its family. (release 0.1.0)",
        "checks.v1: this topic is gone, and release 0.1.0 uses it. Put it back into the catalogue.",
    ]


def test_a_new_topic_and_a_new_type_on_an_old_one_are_welcome() -> None:
    current = now()
    records = current.topics["records.v1"]
    longer: TopicPromise = {**records, "facts": [*records["facts"], "record-merged.v1"]}
    grown = {**current.topics, "records.v1": longer, "statistics.v9": records}

    assert broken_by(replace(current, topics=grown)) == []


@pytest.mark.parametrize("lost", ["writer/quiet.v1.json", "reader/quiet.v1.json", "examples/quiet.v1.json", "promise.json"])
def test_a_release_that_lost_a_file_is_no_release(with_release: Path, capsys: pytest.CaptureFixture[str], lost: str) -> None:
    (_promise_of(with_release).parent / lost).unlink()

    assert check.main(with_release) == 1

    assert "contracts/released/0.1.0 is not whole" in capsys.readouterr().err


def test_a_damaged_release_is_no_release(with_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _promise_of(with_release).write_text("{", encoding="utf-8")

    assert check.main(with_release) == 1

    assert "take it from version control again" in capsys.readouterr().err


def test_a_folder_among_the_releases_that_is_none_is_named(with_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (with_release / "contracts" / "released" / "draft").mkdir()

    assert check.main(with_release) == 1

    assert "draft is not the number of a release" in capsys.readouterr().err


class InAnotherOrder(Fact, type="record-closed.v1", family="records", subject="record_id"):
    reason: CloseReason
    record_id: UUID


def test_a_fact_whose_fields_change_places_would_be_hashed_otherwise(with_release: Path) -> None:
    (frozen,) = released(with_release)
    told, kept = frozen.examples["record-closed.v1"], frozen.hashes["record-closed.v1"]

    assert hash_of(RecordClosed, told) == kept
    assert hash_of(InAnotherOrder, told) != kept


def test_a_content_hash_that_is_another_now_is_named(with_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _alter(_promise_of(with_release), lambda told: told["hashes"].update({"quiet.v1": "00"}))

    assert check.main(with_release) == 1

    assert "quiet.v1: the content hash of what release 0.1.0 said is another one now." in capsys.readouterr().err


def test_an_example_that_can_no_longer_be_read_is_named_without_its_values(with_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = _promise_of(with_release).parent / "examples" / "record-closed.v1.json"
    _alter(example, lambda told: told["data"].update(reason="Penelope Quartermaine"))

    assert check.main(with_release) == 1

    told = capsys.readouterr().err
    assert "record-closed.v1: the example of release 0.1.0 cannot be read now. data.reason: enum." in told
    assert "Penelope" not in told


def test_that_there_is_no_release_at_all_is_not_taken_for_compatible(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(checkout) == 1

    assert "holds no release" in capsys.readouterr().err
