"""Keep the page about settings in step with the code: `python -m landfall.settings_page [--check]`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic.fields import FieldInfo

from chassis.settings import SECRETS, Settings, Variables
from landfall.play import Outside
from landfall.prepare import Preparation

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs", "settings.md")

HEAD = f"""\
# Settings

Made by `python -m landfall.settings_page` from `chassis/settings.py`, `landfall/prepare.py` and `landfall/play.py`; change it there.

What is not among the variables may be a file of the same name in small letters in `{SECRETS}`, such as
`{SECRETS}/landfall_api_token`. What is missing, malformed or not allowed in production ends the start, and is named.
"""

SERVICE = """\
Every service reads these when it starts, and operators' commands read them too. What the numbers mean for an alarm:
[readiness.md](runbooks/readiness.md), [held.md](runbooks/held.md).
"""

READERS: dict[str, tuple[str, type[Variables]]] = {
    "A service": (SERVICE, Settings),
    "`landfall prepare`": ("Read where roles, databases, tables, keys and topics are made.\n", Preparation),
    "`landfall play`": ("Read by whoever plays the year 2021-22 on a system that runs already.\n", Outside),
}

TESTS = """\
## Tests and measurements

These are read from the environment alone.

| variable | unless it is set | what it says |
| --- | --- | --- |
| `LANDFALL_TEST_KAFKA` | the best that is there | the broker of the tests: `jars` (Apache Kafka on Java), `docker` or `embedded` |
| `LANDFALL_KAFKA_JARS` | a folder in `~/.cache/landfall` | where the pinned jars of Apache Kafka are kept between runs |
| `LANDFALL_TEST_POSTGRES` | the embedded one | `docker`: PostgreSQL from its image |
| `LANDFALL_TEST_POSTGRES_URL` | nothing | a PostgreSQL that runs already, as its superuser; it comes before `LANDFALL_TEST_POSTGRES` |
| `LANDFALL_TEST_PATIENCE_SECONDS` | `60` | for how long a test waits for what must come |
| `LANDFALL_MEASURED` | nothing | the file that a test adds what it measured to |
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *[_section(title, *reader) for title, reader in READERS.items()], TESTS])


def _section(title: str, intro: str, kind: type[Variables]) -> str:
    return f"## {title}\n\n{intro}\n| variable | unless it is set | what it says |\n| --- | --- | --- |\n{''.join(_lines(kind))}"


def _lines(kind: type[Variables]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        yield f"| `{kind.model_config['env_prefix']}{name.upper()}` | {_default(field)} | {field.description} |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    if isinstance(field.default, StrEnum):
        return " (or ".join(f"`{each}`" for each in sorted(type(field.default), key=lambda each: each != field.default)) + ")"
    return "nothing" if field.default in {None, ""} else f"`{field.default}`"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the page, or with `--check` only compare: 0 if it is up to date, otherwise 1 with its name."""
    parser = argparse.ArgumentParser(prog="python -m landfall.settings_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the page is out of date")
    place = root / PAGE
    if not parser.parse_args(arguments).check:
        place.write_text(page(), encoding="utf-8")
    elif not place.is_file() or place.read_text(encoding="utf-8") != page():
        sys.stderr.write(f"{PAGE} is out of date: run python -m landfall.settings_page\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
