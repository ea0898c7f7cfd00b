"""What can be set is written down, with what holds unless it is set, where whoever runs a service finds it."""

from pathlib import Path

import pytest

from chassis import settings_page
from chassis.settings import Settings


def test_the_page_in_the_repository_is_up_to_date() -> None:
    assert settings_page.main(["--check"]) == 0


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_told_with_what_it_says(name: str) -> None:
    (line,) = [line for line in settings_page.page().splitlines() if line.startswith(f"| `LANDFALL_{name.upper()}` |")]

    assert Settings.model_fields[name].description
    assert line.endswith(f"| {Settings.model_fields[name].description} |")


def test_a_page_that_says_something_else_or_is_gone_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    lost = settings_page.main(["--check"], tmp_path)
    settings_page.main([], tmp_path)
    made = settings_page.main(["--check"], tmp_path)
    (tmp_path / settings_page.PAGE).write_text("# Settings\n", encoding="utf-8")

    assert (lost, made, settings_page.main(["--check"], tmp_path)) == (1, 0, 1)
    assert capsys.readouterr().err.count("docs/settings.md is out of date: run python -m chassis.settings_page") == 2


def test_no_secret_of_the_environment_gets_onto_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_API_TOKEN", "knock-knock")

    assert "knock-knock" not in settings_page.page()
