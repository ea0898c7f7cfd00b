"""Keep the schemas, the page about messages and the AsyncAPI document in step with the code: `python -m contracts.generate [--check]`."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from contracts.asyncapi import document
from contracts.catalogue import FACTS
from contracts.messages_page import page
from contracts.schema_files import schemas

ROOT = Path(__file__).resolve().parent.parent


def wanted(root: Path) -> dict[Path, str]:
    """What every made file must hold.

    Raises:
        FileNotFoundError: a fact has no golden example in `contracts/examples`.
    """
    made = {root / "contracts" / "schemas" / name: json.dumps(schema, indent=2) + "\n" for name, schema in schemas().items()}
    examples = {kind: (root / "contracts" / "examples" / f"{kind}.json").read_text(encoding="utf-8") for kind in FACTS}
    asyncapi = json.dumps(document(examples), indent=2, ensure_ascii=False) + "\n"
    return {**made, root / "docs" / "messages.md": page(examples), root / "docs" / "asyncapi" / "asyncapi.json": asyncapi}


def superfluous(root: Path, made: Mapping[Path, str]) -> list[Path]:
    """Schemas of facts that are no longer in the catalogue."""
    return sorted(path for path in (root / "contracts" / "schemas").rglob("*.json") if path not in made)


def out_of_date(root: Path) -> list[Path]:
    """Files that differ from what the code says, are missing, or should not be there."""
    made = wanted(root)
    different = (path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text)
    return sorted([*different, *superfluous(root, made)])


def write(root: Path) -> None:
    """Write every made file and remove those that should not be there."""
    made = wanted(root)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in superfluous(root, made):
        path.unlink()


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write, or with `--check` only compare: 0 if all is up to date, otherwise 1 with the names of the files."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file is out of date")
    if not parser.parse_args(arguments).check:
        write(root)
        return 0
    stale = out_of_date(root)
    for path in stale:
        sys.stderr.write(f"{path.relative_to(root)} is out of date: run python -m contracts.generate\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
