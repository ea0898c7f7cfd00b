"""What to do with each value of a batch, decided without touching anything: handle, drop, hold, or stop because it cannot be."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from chassis.candidate import Candidate
from chassis.held import BEHIND, Held
from chassis.occasion import Coordinates
from chassis.seen import NOTHING, Seen, Subject, Version
from contracts.catalogue import Order
from contracts.codes import HoldReason

OF_ANOTHER_TYPE = b""
"""In place of the content of a type that this release does not know: nothing that it knows has that content."""


class ContradictionError(RuntimeError):
    """One version told with two contents: somebody's past changed, and no reader may choose."""

    def __init__(self, coordinates: Coordinates, version: int) -> None:
        self.coordinates = coordinates
        super().__init__(
            f"version {version} of a subject came again with other content at {coordinates.topic}/{coordinates.partition}"
            f"/{coordinates.offset}; its owner's past and ours disagree"
        )


@dataclass(slots=True)
class Sifted:
    """A batch after sifting. `fresh` is in the order in which it is to be handled."""

    fresh: list[Candidate] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    doubles: int = 0


def sift(
    read: Iterable[Candidate | Held],
    stored: Iterable[Candidate],
    seen: Mapping[Subject, Seen],
    waiting: Collection[Subject],
    held: Mapping[Version, bytes] | None = None,
) -> Sifted:
    """Sort a batch by what was heard before. What could not be read stays held, and where no version shows it what follows it waits.

    `stored` are tellings that wait for a gap to close; `waiting` are subjects behind a telling that failed; `held` are the contents of
    versions that are held.

    Raises:
        ContradictionError: a version heard before, or one that is held, came with other content.
    """
    sifted = Sifted()
    heard, behind, contents = dict(seen), set(waiting), dict(held or {})
    gaps: dict[Subject, dict[int, Candidate]] = {}
    for waits in stored:
        gaps.setdefault(waits.subject, {})[waits.version] = waits
        contents.setdefault((waits.subject, waits.version), waits.received.envelope.content_hash)
    for each in read:
        if isinstance(each, Held):
            sifted.held.append(each)
            _meet(each, behind, contents)
        elif heard.get(each.subject, NOTHING).given_up(each.version):
            sifted.held.append(each.hold(HoldReason.GAP, "its version was given up before it came"))
        elif _was_heard(each, heard):
            sifted.doubles += 1
        elif not _agrees(each, contents):
            raise ContradictionError(each.received.coordinates, each.version)
        elif each.subject in behind and not each.replaces:
            sifted.held.append(each.hold(HoldReason.AFTER_POISON, BEHIND))
        elif each.received.topic.family.order is Order.GAPLESS:
            _take_in_order(each, heard, gaps.setdefault(each.subject, {}), sifted)
        else:
            sifted.fresh.append(each)
            heard[each.subject] = each.heard_after(heard.get(each.subject, Seen()))
    sifted.held += [_gap(late, heard) for those in gaps.values() for late in those.values() if not late.stored]
    return sifted


def _was_heard(each: Candidate, heard: Mapping[Subject, Seen]) -> bool:
    """Whether this version was heard before, with the same content; on topics where a higher one replaces it, or a higher one was."""
    so_far = heard.get(each.subject, Seen())
    if each.received.topic.family.order is Order.NONE or each.version > so_far.version:
        return False
    if each.replaces and each.version < so_far.version:
        return True
    if not so_far.holds(each.version, each.received.envelope.content_hash):
        raise ContradictionError(each.received.coordinates, each.version)
    return True


def _meet(unread: Held, behind: set[Subject], contents: dict[Version, bytes]) -> None:
    """What could not be read stands before what follows it about its subject: by its version, or where it has none by coming first."""
    if unread.subject is None:
        return
    subject = (unread.topic.name, unread.subject)
    if unread.version is None:
        behind.add(subject)
    else:
        contents.setdefault((subject, unread.version), OF_ANOTHER_TYPE)


def _agrees(each: Candidate, contents: dict[Version, bytes]) -> bool:
    """Whether this has the content in which its version was met first. Where no order is kept nothing has a version."""
    content = each.received.envelope.content_hash
    return each.received.topic.family.order is Order.NONE or contents.setdefault((each.subject, each.version), content) == content


def _take_in_order(each: Candidate, heard: dict[Subject, Seen], waits: dict[int, Candidate], sifted: Sifted) -> None:
    """Put a telling from beyond a gap by, or take it and whatever waited for it, up to the first that something is asked about."""
    so_far = heard.get(each.subject, Seen())
    if each.version in waits and (waits[each.version].asked_about or each.version > so_far.version + 1):
        sifted.doubles += 1
        return
    waits.setdefault(each.version, each)
    while (following := waits.get(so_far.version + 1)) is not None and not following.asked_about:
        sifted.fresh.append(waits.pop(following.version))
        heard[each.subject] = so_far = following.heard_after(so_far)


def _gap(each: Candidate, heard: Mapping[Subject, Seen]) -> Held:
    expected = heard.get(each.subject, Seen()).version + 1
    return each.hold(HoldReason.GAP, f"version {expected} was not heard yet")
