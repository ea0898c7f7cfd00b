"""Whether somebody told of is a person the register knows: equal numbers say yes, everything else is for a person."""

from contracts.codes import Cohort, ReferralReason
from contracts.identifiers import PartialDate
from services.records.identity import IdentityKeys, contradict, narrower
from services.records.refusal import HOME
from services.records.register import KnownRecord, RecordState, Register, Told


def recognise(identity: IdentityKeys, birth_date: PartialDate | None, register: Register) -> KnownRecord | ReferralReason | None:
    """The record of this person, None for somebody new, or why a machine must not say."""
    held_by = {register.holders[number] for number in identity.numbers if number in register.holders}
    if len(held_by) > 1:
        return ReferralReason.IDENTIFIERS_OF_TWO_RECORDS
    if not held_by:
        return ReferralReason.IDENTITY_INSUFFICIENT if identity.namesake in register.namesakes else None
    record = register.records[held_by.pop()]
    if contradict(record.birth_date, birth_date):
        return ReferralReason.IDENTITY_CONTRADICTED
    return record if record.state is RecordState.MANAGED else ReferralReason.RECORD_NOT_WITH_ACRO


def open_record(told: Told, register: Register) -> KnownRecord:
    """A record for somebody new, in the cohort of UK nationals if British is among the nationalities."""
    cohort = Cohort.UKSO if HOME in told.notification.person.nationalities else Cohort.FNSO
    record = KnownRecord(register.new_id(), cohort, birth_date=told.notification.person.birth_date)
    register.records[record.record_id] = record
    register.created.append(record)
    return record


def learn(told: Told, record: KnownRecord, register: Register) -> None:
    """Put on the record what this telling adds to knowing the person. A number that another record holds stays there."""
    for number in told.identity.numbers:
        if number not in register.holders:
            register.holders[number] = record.record_id
            register.new_numbers.append((number, record.record_id))
    namesake = told.identity.namesake
    if namesake is not None and register.namesakes.get(namesake) != record.record_id:
        register.namesakes[namesake] = record.record_id
        register.new_namesakes.append((namesake, record.record_id))
    birth_date = narrower(record.birth_date, told.notification.person.birth_date)
    if birth_date is not None and birth_date != record.birth_date:
        record.birth_date = register.narrowed[record.record_id] = birth_date
