"""People by their number, as notifications tell of them: the same number is the same person."""

from typing import Any

from contracts.notifications import NotificationReceived
from tests.builders import a_notification, a_person, numbers


def of(number: int, reference: str = "", **more: Any) -> NotificationReceived:
    """That person's conviction, under a reference of its own unless one is given."""
    person = a_person(surname=f"Zynba{number}", identifiers=numbers(passport=f"SYN{number:07}"))
    return a_notification(reference or f"SYN-{number:06}", person=person, **more)
