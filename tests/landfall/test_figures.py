import pytest

from landfall.figures import PUBLISHED, Origin, differences, expected, origin
from simulators import expectation
from simulators.year import script


@pytest.fixture(scope="module")
def wanted() -> dict[str, int | str]:
    return expected(expectation.expected(script(7)))


def test_what_the_script_says_includes_what_was_published(wanted: dict[str, int | str]) -> None:
    assert differences(wanted, wanted) == []
    assert {name: wanted[name] for name in PUBLISHED} == PUBLISHED


def test_one_notification_too_few_is_told_by_channel_and_way(wanted: dict[str, int | str]) -> None:
    found = wanted | {"channel uk-cris refused": int(wanted["channel uk-cris refused"]) - 1}

    (difference,) = differences(found, wanted)

    assert difference.name == "channel uk-cris refused"
    assert "the script says" in str(difference)


def test_a_published_figure_that_is_missed_is_held_against_the_report_too(wanted: dict[str, int | str]) -> None:
    found = wanted | {"created": 262}

    assert {each.by for each in differences(found, wanted)} == {"script", "annual report"}


def test_a_figure_that_nobody_expected_is_a_difference(wanted: dict[str, int | str]) -> None:
    found = wanted | {"channel uk-cris refused, a new reason": 1}

    (difference,) = differences(found, wanted)

    assert (difference.read, difference.wanted) == (1, None)


def test_a_figure_that_is_missing_is_a_difference(wanted: dict[str, int | str]) -> None:
    found = {name: figure for name, figure in wanted.items() if name != "transferred to cleveland"}

    (difference,) = differences(found, wanted)

    assert (difference.read, difference.wanted) == (None, wanted["transferred to cleveland"])


def test_only_four_figures_are_published(wanted: dict[str, int | str]) -> None:
    published = [name for name in wanted if origin(name) is Origin.PUBLISHED]

    assert sorted(published) == ["change_percent", "closing", "created", "transferred"]
    assert origin("opening") is origin("closed") is Origin.DERIVED
    assert origin("checks 2021-07 rule_b") is Origin.SYNTHETIC
