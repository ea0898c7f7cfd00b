"""What comes from outside is heard once: again under the same id it is a double, and other content under that id is not handled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import Record

from chassis.candidate import Candidate
from chassis.database import Transaction, columns
from chassis.held import UNNAMED, Held
from chassis.occasion import Occasion
from chassis.outside_event import KNOWN_BY_ID, EventKey, OutsideEvent, event_of
from chassis.vault import Vault
from contracts.codes import HoldReason

REUSED = "id: came before with other content; one id stands for one event, so this has to be told under an id of its own"

# Another instance that is putting down the same id is waited for.
PUT_DOWN = """
insert into heard_once (topic, id, content, value)
select * from unnest($1::text[], $2::uuid[], $3::bytea[], $4::bytea[]) on conflict (topic, id) do nothing returning topic, id
"""

# What can be read again is remembered again from now on; and what was of no known type when it came has its content now.
AGAIN = """
with found as (
    select heard_once.topic, heard_once.id, again.content, again.value
    from heard_once join unnest($1::text[], $2::uuid[], $3::bytea[], $4::bytea[]) as again (topic, id, content, value) using (topic, id)
    order by heard_once.topic, heard_once.id
    for update of heard_once
)
update heard_once set heard_at = now(),
    content = case when heard_once.value = found.value then coalesce(heard_once.content, found.content) else heard_once.content end
from found where (heard_once.topic, heard_once.id) = (found.topic, found.id)
returning heard_once.topic, heard_once.id, heard_once.content, heard_once.value
"""

KNOWN = "select topic, id from heard_once where topic = any($1::text[]) and id = any($2::uuid[])"

READ = """
select topic, id, content, value from heard_once join unnest($1::text[], $2::uuid[]) as asked (topic, id) using (topic, id)
"""


@dataclass(slots=True)
class Met:
    """`new` is what has to be sifted further, and what is held because its id stands for something else."""

    new: list[Candidate | Held] = field(default_factory=list)
    doubles: int = 0


async def meet(tx: Transaction, vault: Vault | None, read: Sequence[Candidate | Held]) -> Met:
    """Of a batch that was read drop what came before, and put down what comes now; nothing is asked where no outsider told it.

    What is held came too: it stands for each copy of it, whatever becomes of it.
    """
    events = [event_of(vault, each) for each in read]
    first = await _first(tx, filter(None, events))
    met = Met()
    for each, event in zip(read, events, strict=True):
        if event is None or first[event.key] is event:
            met.new.append(each)
        elif first[event.key].is_told_by(event):
            met.doubles += 1
        else:
            met.new.append(_reused(each) if isinstance(each, Candidate) else each)
    return met


async def apart(tx: Transaction, vault: Vault | None, held: Sequence[Candidate]) -> tuple[list[Candidate], list[Held]]:
    """Of what is to be taken up again what may be, and what may not because its id stands for something else; nothing of it is a double."""
    events = [event_of(vault, each) for each in held]
    first = await _first(tx, filter(None, events))
    wrong = [event is not None and not first[event.key].is_told_by(event) for event in events]
    told = list(zip(held, wrong, strict=True))
    return [each for each, is_wrong in told if not is_wrong], [_reused(each) for each, is_wrong in told if is_wrong]


async def stands_for_another(tx: Transaction, vault: Vault | None, read: Candidate) -> bool:
    """Whether its id is known to be something else's; nothing is put down."""
    event = event_of(vault, read)
    rows = [] if event is None else await tx.fetch(READ, [event.topic], [event.id])
    return event is not None and any(not _as_kept(row).is_told_by(event) for row in rows)


async def known(tx: Transaction, ids: Iterable[UUID]) -> set[EventKey]:
    """Under which of these something came, and on which topics."""
    return {(row["topic"], row["id"]) for row in await tx.fetch(KNOWN, [each.name for each in KNOWN_BY_ID], list(ids))}


async def _first(tx: Transaction, events: Iterable[OutsideEvent]) -> Mapping[EventKey, OutsideEvent]:
    """What came first under each of these ids, now or long ago."""
    first: dict[EventKey, OutsideEvent] = {}
    for each in events:
        first.setdefault(each.key, each)
    if not first:
        return first
    new = {(row["topic"], row["id"]) for row in await tx.fetch(PUT_DOWN, *_columns(first.values()))}
    again = [each for key, each in first.items() if key not in new]
    rows = await tx.fetch(AGAIN, *_columns(again)) if again else []
    return first | {each.key: each for each in map(_as_kept, rows)}


def _columns(events: Iterable[OutsideEvent]) -> list[list[object]]:
    """In a fixed order, so that two instances wait for each other instead of deadlocking."""
    return columns(sorted((each.topic, each.id, each.content, each.value) for each in events), 4)


def _as_kept(row: Record) -> OutsideEvent:
    return OutsideEvent(row["topic"], row["id"], row["content"], row["value"])


def _reused(each: Candidate) -> Held:
    """As what cannot be read: nothing waits behind it, and what is said of it names no cause, for its id is something else's."""
    received = each.received
    known_as, again = (UNNAMED, False) if received.held_id is None else (received.held_id, True)
    occasion = Occasion(received.occasion.at)
    return Held(HoldReason.MALFORMED, REUSED, received.topic, received.coordinates, occasion, each.raw, held_id=known_as, again=again)
