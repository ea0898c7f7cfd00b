import pytest

from landfall.figures import differences, expected
from landfall.sabotage import told_again, withhold
from simulators import expectation
from simulators.script import Outcome, Script
from simulators.year import script


@pytest.fixture(scope="module")
def year() -> Script:
    return script(7)


def test_one_notification_is_withheld_and_the_figures_show_it(year: Script) -> None:
    rest, lost = withhold(year)

    assert len(rest.tellings) == len(year.tellings) - 1
    names = {each.name for each in differences(expected(expectation.expected(rest)), expected(expectation.expected(year)))}
    assert names == {f"channel {lost.channel} {what}" for what in ("sent", "refused", f"refused, {lost.reason}")}


def test_what_is_withheld_is_never_told_again(year: Script) -> None:
    rest, lost = withhold(year)

    assert all(each.reference != lost.reference for each in rest.tellings)


def test_what_is_forgotten_was_refused_and_is_told_again_on_a_later_day(year: Script) -> None:
    first, second = next(told_again(year))

    assert (first.outcome, second.outcome) == (Outcome.REFUSED, Outcome.DUPLICATED)
    assert first.notice == second.notice
    assert first.day < second.day
