"""Whether every state that is kept is what the facts make of it, and nothing else is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from chassis.occasion import london_day
from contracts.checks import IntelCheckOpened, IntelReportSent
from contracts.envelope import Envelope
from contracts.fact import Fact
from contracts.handovers import HandoverAccepted, HandoverEffective, HandoverOffered
from contracts.records import RecordCreated, RecordTransferred, TravelExpected
from services.handover.caseload import CASE_AFTER, CaseState, HandoverState
from tests.proof.looking import Lying, rows_of
from tests.proof.system import System
from tests.proof.verdict import Verdict

CREATED = "select record_id, cohort from record"
TRANSFERRED = "select record_id, force, handover_id, effective_day from record where state = 'transferred'"
TRAVELS = "select travel_id, record_id, landing_day from travel_notice where state = 'matched'"
CHECKS = "select record_id, check_id, opened_day, sent_day from intel_check"
HANDOVERS = "select handover_id, record_id, force, landing_day, state, offered_day, accepted_day, effective_day from handover"
CASES = "select record_id, cohort, state, landing_day, handover_id from caseload"

Row = tuple[Any, ...]


async def stores(verdict: Verdict, system: System, facts: Mapping[str, Sequence[Lying]]) -> None:
    """Compare them, row by row, and what two topics say of one handover."""
    found = _Facts([each.told for lies in facts.values() for each in lies])
    compared: dict[tuple[str, str], Iterator[Row]] = {
        ("records", CREATED): ((each.record_id, each.cohort) for each in found.data(RecordCreated)),
        ("records", TRANSFERRED): (
            (each.record_id, each.force, each.handover_id, each.effective_day) for each in found.data(RecordTransferred)
        ),
        ("records", TRAVELS): ((each.travel_id, each.record_id, each.landing_day) for each in found.data(TravelExpected)),
        ("intel", CHECKS): found.checks(),
        ("handover", HANDOVERS): found.handovers(),
        ("handover", CASES): found.cases(),
    }
    for (name, query), expected in compared.items():
        rows = [tuple(row) for row in await rows_of(system, name, query)]
        verdict.check(f"{name}: {query}", holds=Counter(rows) == Counter(expected))
    transferred = {each.handover_id for each in found.data(RecordTransferred)}
    verdict.check("an offer was accepted that never took effect", holds=found.effective.keys() == found.accepted.keys())
    verdict.check("what took effect is not what was transferred", holds=found.effective.keys() == transferred)
    verdict.check("nothing was handed over", holds=bool(transferred))


class _Facts:
    """All that was told, by its kind; the outsiders of a drill decline, close and withdraw nothing."""

    def __init__(self, told: Sequence[Envelope[Any]]) -> None:
        self.told = told
        self.accepted = {each.data.handover_id: london_day(each.time) for each in self.of(HandoverAccepted)}
        self.effective = {each.handover_id: each.effective_day for each in self.data(HandoverEffective)}

    def of(self, kind: type[Fact]) -> list[Envelope[Any]]:
        return [each for each in self.told if isinstance(each.data, kind)]

    def data(self, kind: type[Fact]) -> list[Any]:
        return [each.data for each in self.of(kind)]

    def checks(self) -> Iterator[Row]:
        sent = {each.data.check_id: london_day(each.time) for each in self.of(IntelReportSent)}
        for each in self.of(IntelCheckOpened):
            yield each.data.record_id, each.data.check_id, london_day(each.time), sent.get(each.data.check_id)

    def handovers(self) -> Iterator[Row]:
        for told in self.of(HandoverOffered):
            each, at = told.data, told.data.handover_id
            days = london_day(told.time), self.accepted.get(at), self.effective.get(at)
            yield at, each.record_id, each.force, each.landing_day, self._state(at), *days

    def cases(self) -> Iterator[Row]:
        offered = {each.record_id: each for each in self.data(HandoverOffered)}
        for each in self.data(RecordCreated):
            offer = offered.get(each.record_id)
            state = CaseState.MANAGED if offer is None else CASE_AFTER[self._state(offer.handover_id)]
            yield each.record_id, each.cohort, state, *((None, None) if offer is None else (offer.landing_day, offer.handover_id))

    def _state(self, handover_id: UUID) -> HandoverState:
        if handover_id in self.effective:
            return HandoverState.EFFECTIVE
        return HandoverState.ACCEPTED if handover_id in self.accepted else HandoverState.OFFERED
