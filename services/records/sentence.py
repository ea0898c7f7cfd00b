"""What the court imposed, as far as it was told, and how the offences stand to Schedule 3 with that sentence."""

from datetime import date

from contracts.codes import Disposal
from contracts.notifications import Conviction, Offence
from services.records.law import YOUTH_THRESHOLD_MONTHS, OffenceStanding, category_row
from services.records.notification_period import add_months

FOR_LIFE_OR_UNTIL_RELEASED = frozenset({Disposal.LIFE, Disposal.HOSPITAL, Disposal.HOSPITAL_RESTRICTED})
WITH_A_TERM = frozenset({Disposal.IMPRISONMENT, Disposal.COMMUNITY, Disposal.CONDITIONAL_DISCHARGE})


def standing_of(conviction: Conviction, day: date, *, under_18: bool) -> OffenceStanding:
    """How the conviction stands to Schedule 3 by the law of `day`: its weightiest offence decides. No offence told is a doubt."""
    return max(
        (_offence_standing(each, conviction, day, under_18=under_18) for each in conviction.offences), default=OffenceStanding.IN_DOUBT
    )


def may_have_run_on(conviction: Conviction, day: date) -> bool:
    """Whether somebody may still have been serving the sentence, or under it, on that day."""
    if any(each.disposal in FOR_LIFE_OR_UNTIL_RELEASED for each in conviction.sanctions) or not conviction.sanctions:
        return True
    lengths = [each.months for each in conviction.sanctions if each.disposal in WITH_A_TERM]
    return None in lengths or add_months(conviction.decided_on, sum(each or 0 for each in lengths)) > day


def _offence_standing(offence: Offence, conviction: Conviction, day: date, *, under_18: bool) -> OffenceStanding:
    row = category_row(offence.category, day)
    return _youth_standing(conviction) if row.youth_threshold and under_18 else row.standing


def _youth_standing(conviction: Conviction) -> OffenceStanding:
    """Imprisonment of the threshold is enough; what is no term, or of a length not told, only a person can compare with one."""
    terms = [each.months for each in conviction.sanctions if each.disposal is Disposal.IMPRISONMENT]
    if any(each is not None and each >= YOUTH_THRESHOLD_MONTHS for each in terms):
        return OffenceStanding.IN_SCHEDULE_3
    comparable = None not in terms and not any(each.disposal in FOR_LIFE_OR_UNTIL_RELEASED for each in conviction.sanctions)
    short = sum(each or 0 for each in terms) < YOUTH_THRESHOLD_MONTHS
    return OffenceStanding.BELOW_THRESHOLD if comparable and short else OffenceStanding.IN_DOUBT
