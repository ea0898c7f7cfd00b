"""Whether the contracts keep every promise of every release: `python -m compatibility.check`.

Facts of all releases lie on topics that are kept for ever, and while one release takes over from another both are running. So each
release is compared, not the last alone, and both ways: what it wrote must be readable now, and what is written now readable by it.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from compatibility.fit import misfits
from compatibility.promise import Promise, ReleaseError, TopicPromise, hash_of, now, released
from compatibility.sameness import differences
from contracts.catalogue import FACTS
from contracts.generate import ROOT
from contracts.wire import complaint


def breaks(current: Promise, before: Iterable[Promise]) -> list[str]:
    """A sentence for each promise that is broken: which fact or topic, what about it, whose promise, and what to do instead."""
    return [broken for release in before for broken in (*_of_topics(current, release), *_of_facts(current, release))]


def _of_facts(current: Promise, release: Promise) -> Iterator[str]:
    for kind in release.subjects:
        if kind in current.subjects:
            instead = f"Leave {kind} as it was, and put a new class with the type {_next(kind, current)} beside it."
            yield from (f"{kind}: {broken} {instead}" for broken in _of_fact(kind, current, release))
        else:
            yield f"{kind}: it is gone, and release {release.version} says and reads it. Put its class back into the catalogue."


def _of_fact(kind: str, current: Promise, release: Promise) -> Iterator[str]:
    if current.subjects[kind] != release.subjects[kind]:
        yield f"it is about its {current.subjects[kind]}, and in release {release.version} about its {release.subjects[kind]}."
    yield from _of_example(kind, release)
    backward, forward = misfits(release.writer[kind], current.reader[kind]), misfits(current.writer[kind], release.reader[kind])
    yield from (f"not all that release {release.version} writes can be read now. {misfit}." for misfit in backward)
    yield from (f"not all that is written now can be read by release {release.version}. {misfit}." for misfit in forward)
    if not backward and not forward:
        found = differences(release.reader[kind], current.reader[kind])
        yield from (f"one telling would not be the same to release {release.version} and now. {difference}." for difference in found)


def _of_example(kind: str, release: Promise) -> Iterator[str]:
    """Readers keep hashes for ever, and halt where one version comes with two: the order of fields counts, and no schema shows it."""
    try:
        if hash_of(FACTS[kind], release.examples[kind]) != release.hashes[kind]:
            yield f"the content hash of what release {release.version} said is another one now."
    except ValidationError as error:
        yield f"the example of release {release.version} cannot be read now. {complaint(error)}."


def _next(kind: str, current: Promise) -> str:
    name, number = kind.rsplit(".v", 1)
    free = int(number) + 1
    while f"{name}.v{free}" in current.subjects:
        free += 1
    return f"{name}.v{free}"


def _of_topics(current: Promise, release: Promise) -> Iterator[str]:
    for name, promised in release.topics.items():
        if name in current.topics:
            yield from (f"{name}: {broken} (release {release.version})" for broken in _of_topic(current.topics[name], promised))
        else:
            yield f"{name}: this topic is gone, and release {release.version} uses it. Put it back into the catalogue."


def _of_topic(found: TopicPromise, promised: TopicPromise) -> Iterator[str]:
    for what in ("source", "order", "partitions"):
        if found[what] != promised[what]:
            yield f"its {what} changed from {promised[what]} to {found[what]}. Leave it as it was, and make a new topic beside it."
    for kind in promised["facts"]:
        if kind not in found["facts"]:
            yield f"it no longer carries {kind}. Put that type back into its family."


def main(root: Path = ROOT) -> int:
    """Compare: 0 if every promise is kept, otherwise 1 with each one that is broken."""
    try:
        before = released(root)
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    current = now(root)
    found = breaks(current, before) if before else ["contracts/released holds no release: take it from version control again"]
    sys.stderr.writelines(f"{broken}\n" for broken in found)
    if not found:
        kept = ", ".join(release.version for release in before)
        sys.stdout.write(f"Releases: what is said and read now fits each of them both ways ({kept}).\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
