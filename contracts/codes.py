"""The code lists that facts use: the field's words in kebab-case, each value a promise that only a new version of a fact may break."""

from enum import StrEnum


class Channel(StrEnum):
    """How a conviction abroad reaches the United Kingdom; each has a topic of its own."""

    UK_CRIS = "uk-cris"
    INTERPOL = "interpol"
    NORWAY = "norway"
    SWITZERLAND = "switzerland"
    USA = "usa"
    BERMUDA = "bermuda"
    CARIBBEAN_TERRITORIES = "caribbean-territories"


class Sender(StrEnum):
    """Who tells of an expected arrival; each has a topic of its own."""

    BORDER_FORCE = "border-force"
    CARRIERS = "carriers"
    CONSULAR = "consular"


class Cohort(StrEnum):
    """UKSO: UK nationals convicted overseas. FNSO: foreign nationals with a link to the United Kingdom."""

    UKSO = "ukso"
    FNSO = "fnso"


class Sex(StrEnum):
    """As ECRIS tells it."""

    UNKNOWN = "unknown"
    MALE = "male"
    FEMALE = "female"


class IdentifierKind(StrEnum):
    """The numbers under which two notices about one person can meet."""

    PASSPORT = "passport"
    ECRIS = "ecris"
    INTERPOL = "interpol"
    PNC = "pnc"


class UkLink(StrEnum):
    """What ties a foreign national to the United Kingdom."""

    RESIDENCE = "residence"
    FAMILY = "family"
    VISA = "visa"
    NONE = "none"


class Finding(StrEnum):
    """What the foreign court found (section 96ZA(6) of the Sexual Offences Act 2003)."""

    CONVICTED = "convicted"
    INSANITY = "insanity"
    DISABILITY = "disability"
    CAUTIONED = "cautioned"
    ACQUITTED = "acquitted"


class Disposal(StrEnum):
    """What the court imposed, as section 82 of the Sexual Offences Act 2003 tells disposals apart."""

    LIFE = "life"
    IMPRISONMENT = "imprisonment"
    HOSPITAL_RESTRICTED = "hospital-restricted"
    HOSPITAL = "hospital"
    CAUTION = "caution"
    CONDITIONAL_DISCHARGE = "conditional-discharge"
    COMMUNITY = "community"
    FINE = "fine"


class RefusalReason(StrEnum):
    """Why a notification does not become a record."""

    ADDRESSED_TO_ANOTHER_STATE = "addressed-to-another-state"
    CONVICTED_IN_THE_UK = "convicted-in-the-uk"
    NOT_A_CONVICTION = "not-a-conviction"
    CONVICTION_ANNULLED = "conviction-annulled"
    CONVICTION_NOT_FINAL = "conviction-not-final"
    NOT_TRANSMITTABLE = "not-transmittable"
    OFFENCE_NOT_SEXUAL = "offence-not-sexual"
    NO_EQUIVALENT_OFFENCE = "no-equivalent-offence"
    CONVICTED_BEFORE_SEPTEMBER_1997 = "convicted-before-september-1997"
    BELOW_AGE_OF_RESPONSIBILITY = "below-age-of-responsibility"
    BELOW_SENTENCE_THRESHOLD = "below-sentence-threshold"
    NOTIFICATION_PERIOD_ENDED = "notification-period-ended"
    SUBJECT_DECEASED = "subject-deceased"
    NO_UK_LINK = "no-uk-link"
    EQUIVALENCE_NOT_FOUND = "equivalence-not-found"
    IDENTITY_NOT_ESTABLISHED = "identity-not-established"
    ALREADY_ON_RECORD = "already-on-record"


class ReferralReason(StrEnum):
    """Why a person has to decide."""

    EQUIVALENCE_IN_DOUBT = "equivalence-in-doubt"
    IDENTITY_INSUFFICIENT = "identity-insufficient"
    IDENTITY_CONTRADICTED = "identity-contradicted"
    IDENTIFIERS_OF_TWO_RECORDS = "identifiers-of-two-records"
    AGE_UNDECIDABLE = "age-undecidable"
    PERIOD_IN_DOUBT = "period-in-doubt"
    CONVICTION_IN_DOUBT = "conviction-in-doubt"
    CONTRADICTS_EARLIER_TELLING = "contradicts-earlier-telling"
    RECORD_NOT_WITH_ACRO = "record-not-with-acro"


class HoldReason(StrEnum):
    """Why a telling was set aside with its original bytes."""

    MALFORMED = "malformed"
    UNKNOWN_TYPE = "unknown-type"
    POISON = "poison"
    AFTER_POISON = "after-poison"
    GAP = "gap"


class ServiceName(StrEnum):
    """Who says of itself what it will not apply."""

    RECORDS = "records"
    INTEL = "intel"
    HANDOVER = "handover"
    STATS = "stats"


class FamilyName(StrEnum):
    """The families of topics that services hear."""

    NOTIFICATIONS = "notifications"
    TRAVEL_NOTICES = "travel-notices"
    DECISIONS = "decisions"
    RECORDS = "records"
    CHECKS = "checks"
    HANDOVERS = "handovers"
    HANDOVER_REPLIES = "handover-replies"
    CLOCK = "clock"


class CloseReason(StrEnum):
    """Why a record is closed without a transfer."""

    DIED = "died"
    NOTIFICATION_PERIOD_ENDED = "notification-period-ended"
    DUPLICATE_OF_ANOTHER_RECORD = "duplicate-of-another-record"
    LEFT_REMIT = "left-remit"
    CONVICTION_QUASHED = "conviction-quashed"


class DeclineReason(StrEnum):
    """Why a force does not take a person on."""

    NOT_IN_OUR_AREA = "not-in-our-area"
    ALREADY_MANAGED_ELSEWHERE = "already-managed-elsewhere"
    INFORMATION_INSUFFICIENT = "information-insufficient"


class WithdrawalReason(StrEnum):
    """Why an offer was taken back."""

    RECORD_CLOSED = "record-closed"


class Statistic(StrEnum):
    """What a figure of statistics counts, each by its one fact. Rule A and rule B are the two ways to count intelligence checks."""

    CREATED = "created"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    CHECKS_OPENED = "checks-opened"
    CHECKS_RULE_A = "checks-rule-a"
    CHECKS_RULE_B = "checks-rule-b"
    CHECKS_PUBLISHED = "checks-published"


class Breakdown(StrEnum):
    """What a figure of statistics is broken down by. Told live are national totals alone: a finer figure that moves by one is a person."""

    NATIONAL = "national"


class FigureStatus(StrEnum):
    """Whether the period of a figure has ended. A final figure is still told anew if something of its period becomes known late."""

    PROVISIONAL = "provisional"
    FINAL = "final"
