"""What can be set is written down, with what holds unless it is set, where whoever runs or tests Landfall finds it."""

import re
from pathlib import Path

import pytest

from chassis.settings import Variables
from landfall import settings_page
from landfall.settings_page import READERS, ROOT

PROGRAMS = [each for folder in ("chassis", "services", "landfall", "bench", "tests") for each in (ROOT / folder).rglob("*.py")]
SETTINGS = [(title, kind, name) for title, (_, kind) in READERS.items() for name in kind.model_fields]
READ = re.compile(r'environ(?:\.get\(|\[)"(LANDFALL_\w+)"')
BETWEEN_A_TEST_AND_ITS_SERVICE = {"LANDFALL_TEST_IN_HAND", "LANDFALL_TEST_SECONDS_EACH"}


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert settings_page.main(["--check"]) == 0


@pytest.mark.parametrize(("title", "kind", "name"), SETTINGS)
def test_every_setting_is_told_with_what_it_says(title: str, kind: type[Variables], name: str) -> None:
    section = settings_page.page().partition(f"## {title}\n")[2].partition("\n## ")[0]
    (line,) = [line for line in section.splitlines() if line.startswith(f"| `LANDFALL_{name.upper()}` |")]

    assert kind.model_fields[name].description
    assert line.endswith(f"| {kind.model_fields[name].description} |")


def test_every_variable_that_is_read_without_a_class_of_settings_is_on_the_page_too() -> None:
    read = {name for each in PROGRAMS for name in READ.findall(each.read_text(encoding="utf-8"))}
    told = set(re.findall(r"^\| `(LANDFALL_\w+)` \|", settings_page.page(), re.MULTILINE))

    assert "LANDFALL_TEST_KAFKA" in read
    assert read - told == BETWEEN_A_TEST_AND_ITS_SERVICE


def test_a_page_that_says_something_else_or_is_gone_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    lost = settings_page.main(["--check"], tmp_path)
    settings_page.main([], tmp_path)
    made = settings_page.main(["--check"], tmp_path)
    (tmp_path / settings_page.PAGE).write_text("# Settings\n", encoding="utf-8")

    assert (lost, made, settings_page.main(["--check"], tmp_path)) == (1, 0, 1)
    assert capsys.readouterr().err.count("docs/settings.md is out of date: run python -m landfall.settings_page") == 2


def test_no_secret_of_the_environment_gets_onto_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_API_TOKEN", "knock-knock")

    assert "knock-knock" not in settings_page.page()
