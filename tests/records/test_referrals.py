"""What a machine leaves to a person."""

from datetime import date

import pytest

from contracts.codes import Disposal, ReferralReason
from contracts.notifications import NotificationReceived, Sanction
from services.records.notification_decision import on_its_face
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, imprisoned, numbers

R = ReferralReason
FINE = Sanction(disposal=Disposal.FINE)

REFERRED: dict[str, tuple[ReferralReason, NotificationReceived]] = {
    **{
        category: (R.EQUIVALENCE_IN_DOUBT, a_notification(conviction=a_conviction(categories=[category])))
        for category in ("0402 00", "0406 00", "1003 00", "1004 00", "1005 00")
    },
    "no offence told": (R.EQUIVALENCE_IN_DOUBT, a_notification(conviction=a_conviction(categories=[]))),
    "a category that is not in the table": (R.EQUIVALENCE_IN_DOUBT, a_notification(conviction=a_conviction(categories=["1011 00"]))),
    "a youth sent to hospital": (
        R.EQUIVALENCE_IN_DOUBT,
        a_notification(
            person=a_person(born="2004-01-01"),
            conviction=a_conviction(categories=["1002 00"], sanctions=[Sanction(disposal=Disposal.HOSPITAL)]),
        ),
    ),
    "a youth with two terms that make a year together": (
        R.EQUIVALENCE_IN_DOUBT,
        a_notification(
            person=a_person(born="2004-01-01"), conviction=a_conviction(categories=["1002 00"], sanctions=[imprisoned(6), imprisoned(6)])
        ),
    ),
    "just a name": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(born=None, identifiers=()))),
    "a number and no birth date": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(born=None))),
    "a name and a year": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(born="1971", identifiers=()))),
    "a surname and a birth date": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(forenames=[], identifiers=()))),
    "a number and a birth date without any name": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(forenames=[], surname=None))),
    "a filler for a number": (
        R.IDENTITY_INSUFFICIENT,
        a_notification(person=a_person(born="1971", identifiers=numbers(passport="000-000"))),
    ),
    "born after the decision": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(born="2021"))),
    "no nationality and no link": (R.IDENTITY_INSUFFICIENT, a_notification(person=a_person(nationalities=[]))),
    "perhaps under ten": (R.AGE_UNDECIDABLE, a_notification(person=a_person(born="2010"))),
    "perhaps under eighteen with a short term": (
        R.AGE_UNDECIDABLE,
        a_notification(person=a_person(born="2002"), conviction=a_conviction(categories=["1002 00"], sanctions=[imprisoned(6)])),
    ),
    "perhaps under eighteen where a halved period would be over": (
        R.AGE_UNDECIDABLE,
        a_notification(person=a_person(born="2000"), conviction=a_conviction(decided_on=date(2018, 6, 1), sanctions=[FINE])),
    ),
    "suspended": (R.PERIOD_IN_DOUBT, a_notification(conviction=a_conviction(sanctions=[imprisoned(18, suspended=True)]))),
    "of unknown length": (R.PERIOD_IN_DOUBT, a_notification(conviction=a_conviction(sanctions=[imprisoned(None)]))),
    "no sanction told": (R.PERIOD_IN_DOUBT, a_notification(conviction=a_conviction(sanctions=[]))),
    "of 29 February": (
        R.PERIOD_IN_DOUBT,
        a_notification(conviction=a_conviction(decided_on=date(2012, 2, 29), sanctions=[imprisoned(29)])),
    ),
    "two terms that are over unless they are added": (
        R.PERIOD_IN_DOUBT,
        a_notification(conviction=a_conviction(decided_on=date(2013, 6, 1), sanctions=[imprisoned(6), imprisoned(6)])),
    ),
    "served beyond September 1997": (
        R.PERIOD_IN_DOUBT,
        a_notification(conviction=a_conviction(decided_on=date(1990, 1, 8), sanctions=[Sanction(disposal=Disposal.LIFE)])),
    ),
}

NOT_REFERRED: dict[str, NotificationReceived] = {
    "a year of birth that settles everything": a_notification(person=a_person(born="1971")),
    "an age that makes no difference": a_notification(person=a_person(born="2002"), conviction=a_conviction(categories=["1001 00"])),
    "a doubtful offence beside a certain one": a_notification(conviction=a_conviction(categories=["1004 00", "1001 00"])),
    "no number, but a full name and birth date": a_notification(person=a_person(identifiers=())),
    "life from 29 February": a_notification(
        conviction=a_conviction(decided_on=date(2020, 2, 29), sanctions=[Sanction(disposal=Disposal.LIFE)])
    ),
    "a youth with twelve months in one term": a_notification(
        person=a_person(born="2004-01-01"), conviction=a_conviction(categories=["1002 00"], sanctions=[imprisoned(12), imprisoned(3)])
    ),
}


@pytest.mark.parametrize(("reason", "notification"), REFERRED.values(), ids=REFERRED.keys())
def test_a_person_decides_what_a_machine_may_not(reason: ReferralReason, notification: NotificationReceived) -> None:
    assert on_its_face(notification, TOLD_ON) is reason


@pytest.mark.parametrize("notification", NOT_REFERRED.values(), ids=NOT_REFERRED.keys())
def test_nobody_is_asked_about_what_is_beyond_doubt(notification: NotificationReceived) -> None:
    assert on_its_face(notification, TOLD_ON) is None
