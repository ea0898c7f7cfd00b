"""Freeze what is promised now as a release that is kept for ever: `python -m compatibility.release 0.1.0`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from compatibility.check import breaks
from compatibility.promise import EXAMPLES, PROMISE_FILE, SIDES, Promise, ReleaseError, folder, now, numbers, released
from contracts.generate import ROOT, out_of_date


def freeze(root: Path, version: str) -> Path:
    """Keep what the code promises now, for ever; the folder it is kept in.

    Raises:
        ReleaseError: the number is none or not above the last, an earlier promise is broken, or made files are out of date.
    """
    before = released(root)
    if numbers(version) <= max((numbers(promise.version) for promise in before), default=()):
        message = f"{version} does not come after {before[-1].version}: a release is never changed, take the next number"
        raise ReleaseError(message)
    stale = [f"{path.relative_to(root)} is out of date: run python -m contracts.generate" for path in out_of_date(root)]
    for reason in (*stale, *breaks(now(root), before)):
        raise ReleaseError(reason)
    return _written(root / "contracts", folder(root) / version, now(root))


def _written(contracts: Path, place: Path, promise: Promise) -> Path:
    for kind in promise.subjects:
        for side in SIDES:
            _copied(contracts / "schemas" / side / f"{kind}.json", place / side)
        _copied(contracts / EXAMPLES / f"{kind}.json", place / EXAMPLES)
    told = {"hashes": promise.hashes, "subjects": promise.subjects, "topics": promise.topics}
    (place / PROMISE_FILE).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return place


def _copied(path: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    (to / path.name).write_bytes(path.read_bytes())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Freeze: 0 if it is kept now, otherwise 1 with the reason."""
    parser = argparse.ArgumentParser(prog="python -m compatibility.release", description=__doc__)
    parser.add_argument("version", help="the number of the release, such as 0.1.0")
    try:
        place = freeze(root, parser.parse_args(arguments).version)
    except ReleaseError as refusal:
        sys.stderr.write(f"not released: {refusal}\n")
        return 1
    sys.stdout.write(f"released in {place.relative_to(root)}: commit it, and never change it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
