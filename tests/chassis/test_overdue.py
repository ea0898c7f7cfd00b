"""Every complaint is on the runbook's page, in its own words."""

import re
from pathlib import Path

from aiokafka import TopicPartition

from chassis import recall
from chassis.mirror import NEVER_SAID, Strange
from chassis.occasion import Coordinates
from chassis.progress import Progress, Sight
from chassis.pulse import LIVE_SECONDS, Pulse
from chassis.readiness import RUNBOOK, Patience, overdue
from chassis.settings import Settings

ROOT = Path(__file__).parent.parent.parent
NOW = 10_000.0
RECORDS = TopicPartition("records.v1", 3)
ELSEWHERE = ["the database does not answer: TimeoutError", recall.WAITS, recall.TAKES_BACK, f"{recall.NOT_HEARD}: no answer"]


def _ailing() -> Pulse:
    """A service from which nothing is missing that can be complained of."""
    pulse = Pulse(failure="ConnectionError", timers_failure="ConnectionError", relay_failure="ConnectionError", deaf=True)
    pulse.recalling = recall.HEARS
    pulse.missing, pulse.unanswered = {"records.v1"}, {RECORDS}
    pulse.halted(RECORDS, "an operator looks")
    pulse.untold = {RECORDS: "an operator looks"}
    pulse.unseen, pulse.unread = [RECORDS], ["statistics.v1"]
    pulse.strange = [str(Strange(Coordinates("statistics.v1", 2, 17), NEVER_SAID, ("statistics.v1", b"a key")))]
    pulse.stops = {"*": "an operator looks"}
    pulse.turns = {"listener": float("-inf")}
    pulse.progress = Progress(taken_at=0)
    pulse.progress.look({RECORDS: Sight(5, 9, None)}, (), 0)
    pulse.backlog.counted(1, 1000)
    return pulse


def test_whoever_is_complained_to_finds_each_complaint_on_the_page() -> None:
    pulse = _ailing()
    found = [*pulse.complaints, *overdue(pulse, Patience(30, 60), NOW), *pulse.ills, *ELSEWHERE]
    known = [_pattern(each) for each in re.findall(r"^\| `([^`]+)`", (ROOT / RUNBOOK).read_text(), re.MULTILINE)]

    assert len(found) == len(known) == 24
    assert [each for each in found if not any(re.fullmatch(pattern, each) for pattern in known)] == []
    assert [pattern for pattern in known if not any(re.fullmatch(pattern, each) for each in found)] == []


def _pattern(written: str) -> str:
    return re.sub("<[a-z]+>", ".+", re.escape(written).replace(r"\<", "<").replace(r"\>", ">"))


def test_nothing_is_complained_of_where_all_is_well() -> None:
    pulse = Pulse(settled=True)
    pulse.turned("listener")
    pulse.progress.look({RECORDS: Sight(9, 9, 0)}, (), NOW)

    assert [*pulse.complaints, *pulse.ills] == []
    assert overdue(Pulse(), Patience(30, 60), NOW) == []


def test_a_loop_is_complained_of_before_it_is_started_again() -> None:
    assert Settings.model_fields["stall_seconds"].default < LIVE_SECONDS
