"""How old somebody was, where a birth date known in part may leave two answers."""

from datetime import date

from contracts.identifiers import PartialDate
from services.records.notification_period import add_months

BOTH = (True, False)


def under(years: int, birth_date: PartialDate | None, day: date) -> tuple[bool, ...]:
    """Every answer that the birth date allows to "was this person under `years` on `day`?"; both if nothing is known."""
    if birth_date is None:
        return BOTH
    answers = {add_months(born, 12 * years) > day for born in (birth_date.earliest, birth_date.latest)}
    return tuple(sorted(answers, reverse=True))
