"""The grounds on which a machine refuses a notification, each alone and in their order."""

from datetime import date

import pytest

from contracts.codes import Disposal, Finding, RefusalReason, UkLink
from contracts.notifications import NotificationReceived, Sanction
from services.records.refusal import GROUNDS_OF_REFUSAL, refusal_of
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, imprisoned

FINE = Sanction(disposal=Disposal.FINE)
R = RefusalReason

REFUSED: dict[str, tuple[RefusalReason, NotificationReceived]] = {
    "meant for Luxembourg": (R.ADDRESSED_TO_ANOTHER_STATE, a_notification(receiving_state="LU")),
    "convicted in the UK": (R.CONVICTED_IN_THE_UK, a_notification(conviction=a_conviction(country="GB"))),
    "acquitted": (R.NOT_A_CONVICTION, a_notification(conviction=a_conviction(finding=Finding.ACQUITTED))),
    "annulled": (R.CONVICTION_ANNULLED, a_notification(conviction=a_conviction(annulled=True))),
    "not final": (R.CONVICTION_NOT_FINAL, a_notification(conviction=a_conviction(final_on=None))),
    "final tomorrow": (R.CONVICTION_NOT_FINAL, a_notification(conviction=a_conviction(final_on=date(2021, 6, 2)))),
    "not transmittable": (R.NOT_TRANSMITTABLE, a_notification(conviction=a_conviction(transmittable=False))),
    "theft": (R.OFFENCE_NOT_SEXUAL, a_notification(conviction=a_conviction(categories=["1700 00", "0401 00"]))),
    "soliciting": (R.NO_EQUIVALENT_OFFENCE, a_notification(conviction=a_conviction(categories=["1006 00", "1700 00"]))),
    "long ago": (
        R.CONVICTED_BEFORE_SEPTEMBER_1997,
        a_notification(conviction=a_conviction(decided_on=date(1993, 8, 31), sanctions=[imprisoned(48)])),
    ),
    "a child": (
        R.BELOW_AGE_OF_RESPONSIBILITY,
        a_notification(person=a_person(born="2010-09-08"), conviction=a_conviction(decided_on=date(2020, 9, 7))),
    ),
    "a youth with a short term": (
        R.BELOW_SENTENCE_THRESHOLD,
        a_notification(person=a_person(born="2003-09-08"), conviction=a_conviction(categories=["1002 00"], sanctions=[imprisoned(11)])),
    ),
    "a youth fined": (
        R.BELOW_SENTENCE_THRESHOLD,
        a_notification(person=a_person(born="2004"), conviction=a_conviction(categories=["1008 00"], sanctions=[FINE])),
    ),
    "a period that is over": (
        R.NOTIFICATION_PERIOD_ENDED,
        a_notification(conviction=a_conviction(decided_on=date(2016, 6, 1), sanctions=[FINE])),
    ),
    "a period that is over at any age": (
        R.NOTIFICATION_PERIOD_ENDED,
        a_notification(person=a_person(born=None), conviction=a_conviction(decided_on=date(2016, 6, 1), sanctions=[FINE])),
    ),
    "a suspended term that is over however it is read": (
        R.NOTIFICATION_PERIOD_ENDED,
        a_notification(conviction=a_conviction(decided_on=date(2011, 5, 31), sanctions=[imprisoned(12, suspended=True)])),
    ),
    "deceased": (R.SUBJECT_DECEASED, a_notification(person=a_person(deceased=True))),
    "no link": (R.NO_UK_LINK, a_notification(person=a_person(nationalities=["FR"]))),
}

NOT_REFUSED: dict[str, NotificationReceived] = {
    "whom the default notification is about": a_notification(),
    "one whose final day is today": a_notification(conviction=a_conviction(final_on=TOLD_ON)),
    "one who was insane": a_notification(conviction=a_conviction(finding=Finding.INSANITY)),
    "one of several offences": a_notification(conviction=a_conviction(categories=["1700 00", "1001 00"])),
    "one convicted on 1 September 1997": a_notification(conviction=a_conviction(decided_on=date(1997, 9, 1))),
    "a lifer of 1990": a_notification(
        conviction=a_conviction(decided_on=date(1990, 1, 8), sanctions=[Sanction(disposal=Disposal.LIFE)]),
    ),
    "one who served beyond September 1997": a_notification(
        conviction=a_conviction(decided_on=date(1993, 9, 1), sanctions=[imprisoned(49)])
    ),
    "a child of ten": a_notification(person=a_person(born="2010-09-07"), conviction=a_conviction(decided_on=date(2020, 9, 7))),
    "one born after the decision": a_notification(person=a_person(born="2021-01-01")),
    "a youth with twelve months": a_notification(
        person=a_person(born="2003-09-08"), conviction=a_conviction(categories=["1002 00"], sanctions=[imprisoned(12)])
    ),
    "a youth convicted of rape": a_notification(
        person=a_person(born="2003-09-08"), conviction=a_conviction(categories=["1001 00"], sanctions=[imprisoned(6)])
    ),
    "a youth of eighteen that day": a_notification(
        person=a_person(born="2002-09-07"), conviction=a_conviction(categories=["1002 00"], sanctions=[FINE])
    ),
    "one on the last day of the period": a_notification(conviction=a_conviction(decided_on=date(2016, 6, 2), sanctions=[FINE])),
    "a foreign national with family here": a_notification(person=a_person(nationalities=["FR"], uk_link=UkLink.FAMILY)),
    "a dual national": a_notification(person=a_person(nationalities=["FR", "GB"])),
    "one of unknown nationality": a_notification(person=a_person(nationalities=[])),
    "one of an offence that was not told": a_notification(conviction=a_conviction(categories=[])),
    "one of a category that is not in the table": a_notification(conviction=a_conviction(categories=["1099 00"])),
}


@pytest.mark.parametrize(("reason", "notification"), REFUSED.values(), ids=REFUSED.keys())
def test_a_notification_is_refused_for_what_it_says(reason: RefusalReason, notification: NotificationReceived) -> None:
    assert refusal_of(notification, TOLD_ON) is reason


@pytest.mark.parametrize("notification", NOT_REFUSED.values(), ids=NOT_REFUSED.keys())
def test_nobody_is_refused_who_may_have_to_notify(notification: NotificationReceived) -> None:
    assert refusal_of(notification, TOLD_ON) is None


def test_every_ground_was_seen_to_refuse() -> None:
    seen = {reason for reason, _ in REFUSED.values()}

    assert seen == {reason for reason, _ in GROUNDS_OF_REFUSAL}
    assert len(seen) >= 12


def test_what_only_a_person_may_find_is_no_ground_of_a_machine() -> None:
    automatic = {reason for reason, _ in GROUNDS_OF_REFUSAL}

    assert set(RefusalReason) - automatic == {R.EQUIVALENCE_NOT_FOUND, R.IDENTITY_NOT_ESTABLISHED, R.ALREADY_ON_RECORD}


def test_of_several_grounds_the_first_in_order_is_told() -> None:
    everything = a_notification(
        receiving_state="LU",
        person=a_person(deceased=True, nationalities=["FR"]),
        conviction=a_conviction(country="GB", annulled=True, categories=["1700 00"]),
    )

    assert refusal_of(everything, TOLD_ON) is R.ADDRESSED_TO_ANOTHER_STATE
