import pytest

from contracts.catalogue import BY_NAME, topic_name
from contracts.codes import Cohort, IdentifierKind
from contracts.identifiers import canonical_pnc_id
from contracts.wire import UnknownTypeError, UnreadableError, decode
from simulators.chance import chance
from simulators.days import YEAR_BEGINS
from simulators.director import keyed_value
from simulators.malformed import flawed
from simulators.people import subject
from simulators.script import Flaw, Script
from simulators.told import Draws, created
from simulators.year import script

READABLE_BUT_UNKEYED = {Flaw.NO_KEY}


@pytest.fixture(scope="module")
def year() -> Script:
    return script(7)


def test_every_notification_reads_as_it_was_meant(year: Script) -> None:
    for telling in year.tellings[::20]:
        topic = BY_NAME[topic_name("notifications", telling.channel)]

        _, value = keyed_value(topic, telling.notice, telling)

        assert decode(topic, value).data == telling.notice


def test_every_travel_notice_reads_as_it_was_meant(year: Script) -> None:
    for travel in year.travels:
        topic = BY_NAME[topic_name("travel-notices", travel.sender)]

        _, value = keyed_value(topic, travel.notice, travel)

        assert decode(topic, value).data == travel.notice


@pytest.mark.parametrize("flaw", list(Flaw))
def test_every_flaw_makes_a_value_that_cannot_be_taken(flaw: Flaw) -> None:
    telling = created(Draws(7, "a test", 0), YEAR_BEGINS).telling
    topic = BY_NAME[topic_name("notifications", telling.channel)]

    key, value = flawed(flaw, *keyed_value(topic, telling.notice, telling))

    if flaw in READABLE_BUT_UNKEYED:
        assert key is None
    else:
        with pytest.raises(UnknownTypeError if flaw in {Flaw.FOREIGN_TYPE, Flaw.UNKNOWN_TYPE} else UnreadableError):
            decode(topic, value)


def test_a_synthetic_persons_pnc_id_checks_itself() -> None:
    draws = chance(7, "a test")
    people = [subject(number, Cohort.UKSO, "DE", draws) for number in range(300)]
    numbers = [each.value for who in people for each in who.person.identifiers if each.kind is IdentifierKind.PNC]

    assert numbers
    assert all(canonical_pnc_id(number) == number for number in numbers)


def test_no_two_synthetic_people_share_a_name() -> None:
    names = {subject(number, Cohort.FNSO, "DE", chance(7, "a test")).person.surname for number in range(5000)}

    assert len(names) == 5000
