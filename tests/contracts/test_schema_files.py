"""The schema files say what the code does, and stay in step with it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from contracts import generate
from tests.contracts.golden import example, kinds

ROOT = Path(__file__).parents[2]


def _validator(side: str, kind: str) -> Any:
    schema = json.loads((ROOT / "contracts" / "schemas" / side / f"{kind}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "contracts" / "examples", tmp_path / "contracts" / "examples")
    generate.write(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("side", ["writer", "reader"])
def test_the_golden_example_keeps_to_the_schema(side: str, kind: str) -> None:
    _validator(side, kind).validate(example(kind))


@pytest.mark.parametrize("kind", kinds())
def test_a_writer_says_nothing_that_its_schema_does_not_name_and_a_reader_does_not_mind(kind: str) -> None:
    told = example(kind)
    told["data"]["remarks"] = "free text"

    _validator("reader", kind).validate(told)
    with pytest.raises(ValidationError, match="remarks"):
        _validator("writer", kind).validate(told)


def test_a_writer_takes_the_canonical_form_and_a_reader_also_takes_other_spellings() -> None:
    told = example("notification-received.v1")
    told["data"]["conviction"]["offences"] = [{"category": "100100"}]

    _validator("reader", "notification-received.v1").validate(told)
    with pytest.raises(ValidationError, match="does not match"):
        _validator("writer", "notification-received.v1").validate(told)


def test_a_writer_speaks_only_as_one_of_the_sources_of_its_topics() -> None:
    told = example("force-accepted.v1") | {"source": "/forces/ministry-of-defence"}

    with pytest.raises(ValidationError):
        _validator("writer", "force-accepted.v1").validate(told)


def test_the_files_in_the_repository_are_up_to_date() -> None:
    assert generate.main(["--check"]) == 0


def test_a_change_by_hand_a_lost_file_and_a_superfluous_one_are_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = checkout / "contracts" / "schemas"
    (made / "reader" / "quiet.v1.json").write_text("{}", encoding="utf-8")
    (made / "writer" / "quiet.v1.json").unlink()
    (made / "reader" / "noise.v1.json").write_text("{}", encoding="utf-8")

    outcome = generate.main(["--check"], checkout)

    assert outcome == 1
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == [
        "contracts/schemas/reader/noise.v1.json",
        "contracts/schemas/reader/quiet.v1.json",
        "contracts/schemas/writer/quiet.v1.json",
    ]


def test_writing_again_puts_everything_right(checkout: Path) -> None:
    (checkout / "docs" / "messages.md").write_text("", encoding="utf-8")
    (checkout / "contracts" / "schemas" / "reader" / "noise.v1.json").write_text("{}", encoding="utf-8")

    assert generate.main([], checkout) == 0

    assert generate.out_of_date(checkout) == []
    assert not (checkout / "contracts" / "schemas" / "reader" / "noise.v1.json").exists()


def test_the_page_shows_every_fact_with_its_example() -> None:
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

    for kind in kinds():
        assert f'"type": "{kind}"' in page
        assert f"Type `{kind}` on" in page
