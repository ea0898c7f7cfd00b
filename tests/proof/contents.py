"""What is kept of each person is what outsiders told: opened, compared word for word, and nothing besides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from contracts.codes import Channel
from contracts.decisions import NotificationAccepted, NotificationDuplicated, NotificationReferred, NotificationRefused
from contracts.notifications import NotificationReceived
from services.records.reading import read_again
from tests.proof.load import Load
from tests.proof.looking import Lying, rows_of
from tests.proof.system import System
from tests.proof.verdict import Verdict
from trust.keys import Keys

if TYPE_CHECKING:
    from uuid import UUID

NOTIFICATIONS = """
select notification_id, notification.state, reason, record_id, content, coalesce(notification.wrapped_key, record.wrapped_key) as key
from notification left join record using (record_id)
"""
TRAVELS = """
select travel_id, content, coalesce(travel_notice.wrapped_key, record.wrapped_key) as key
from travel_notice left join record using (record_id)
"""
BIRTH_DATES = "select record_id, birth_date, wrapped_key as key from record"

Kept = tuple[str, str | None, "UUID | None", str | None]


async def contents(verdict: Verdict, system: System, load: Load, decisions: Sequence[Lying]) -> None:
    """Open all that records keeps, and compare it with what was told and what was decided on it."""
    keys = Keys.from_file(system.key_file)
    decided = {each.told.data.notification_id: each.told for each in decisions if each.told.causationid in load.told}
    told = {at: load.told[each.causationid] for at, each in decided.items() if each.causationid is not None}
    records = {at: each.data.record_id for at, each in decided.items() if isinstance(each.data, NotificationAccepted)}
    await _notifications(verdict, system, keys, {at: _kept(each.data, told[at], records) for at, each in decided.items()})
    await _people(verdict, system, keys, {at: told[at] for at in records}, records)
    await _travels(verdict, system, keys, load)


def _kept(fact: Any, told: NotificationReceived, records: Mapping["UUID", "UUID"]) -> Kept:
    """State, reason, record and content, as the decision leaves them."""
    match fact:
        case NotificationAccepted():
            return "accepted", None, fact.record_id, told.model_dump_json()
        case NotificationDuplicated():
            return "duplicated", None, records[fact.original_id], told.model_dump_json()
        case NotificationReferred():
            return "referred", fact.reason, None, told.model_dump_json()
        case NotificationRefused():
            return "refused", fact.reason, None, None
        case other:
            message = f"{type(other).__name__} decides on no notification that could be read"
            raise TypeError(message)


async def _notifications(verdict: Verdict, system: System, keys: Keys, expected: Mapping["UUID", Kept]) -> None:
    found: dict[UUID, Kept] = {}
    for row in await rows_of(system, "records", NOTIFICATIONS):
        at = row["notification_id"]
        content = None if row["content"] is None else keys.open(row["key"], row["content"], f"notification.content:{at}").decode()
        verdict.opened += content is not None
        found[at] = (row["state"], row["reason"], row["record_id"], content)
    wrong = sum(found.get(at) != expected.get(at) for at in found.keys() | expected.keys())
    verdict.check(f"{wrong} notifications are kept otherwise than they were told and decided", holds=wrong == 0)


async def _people(
    verdict: Verdict, system: System, keys: Keys, told: Mapping["UUID", NotificationReceived], records: Mapping["UUID", "UUID"]
) -> None:
    """Each conviction on its record once, each number on one record, each birth date as it was told."""
    rows = await rows_of(system, "records", "select notification_id, record_id from conviction")
    verdict.check("convictions are not on the records that were told", holds=Counter(map(tuple, rows)) == Counter(records.items()))
    numbers = {
        number: records[at] for at, each in told.items() for number in read_again(keys, each, Channel.INTERPOL, date.min).identity.numbers
    }
    rows = await rows_of(system, "records", "select number_key, record_id from number")
    verdict.check("numbers are not on the records of their people", holds=Counter(map(tuple, rows)) == Counter(numbers.items()))
    born = {records[at]: str(each.person.birth_date) for at, each in told.items()}
    found = {
        row["record_id"]: keys.open(row["key"], row["birth_date"], f"record.birth_date:{row['record_id']}").decode()
        for row in await rows_of(system, "records", BIRTH_DATES)
    }
    verdict.check("birth dates are not those that were told", holds=found == born)


async def _travels(verdict: Verdict, system: System, keys: Keys, load: Load) -> None:
    rows = await rows_of(system, "records", TRAVELS)
    found = Counter(keys.open(row["key"], row["content"], f"travel_notice.content:{row['travel_id']}").decode() for row in rows)
    verdict.opened += found.total()
    expected = Counter(each.model_dump_json() for each in load.expected)
    verdict.check("travel notices are not kept as they were told", holds=found == expected)
