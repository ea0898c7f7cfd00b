"""Keep the page about settings in step with the code: `python -m chassis.settings_page [--check]`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic.fields import FieldInfo

from chassis.settings import SECRETS, Settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = Path("docs", "settings.md")

HEAD = f"""\
# Settings

Made by `python -m chassis.settings_page` from `chassis/settings.py`; change it there.

Every service reads these variables when it starts, and operators' commands read them too. What is not among them may be a file of the
same name in small letters in `{SECRETS}`, such as `{SECRETS}/landfall_api_token`. What is missing, malformed or not
allowed in production ends the start, and is named. What the numbers mean for an alarm: [readiness.md](runbooks/readiness.md),
[held.md](runbooks/held.md).

| variable | unless it is set | what it says |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(_lines())


def _lines() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield f"| `{Settings.model_config['env_prefix']}{name.upper()}` | {_default(field)} | {field.description} |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be set"
    if isinstance(field.default, StrEnum):
        return " (or ".join(f"`{each}`" for each in sorted(type(field.default), key=lambda each: each != field.default)) + ")"
    return "nothing" if field.default in {None, ""} else f"`{field.default}`"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write the page, or with `--check` only compare: 0 if it is up to date, otherwise 1 with its name."""
    parser = argparse.ArgumentParser(prog="python -m chassis.settings_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the page is out of date")
    place = root / PAGE
    if not parser.parse_args(arguments).check:
        place.write_text(page(), encoding="utf-8")
    elif not place.is_file() or place.read_text(encoding="utf-8") != page():
        sys.stderr.write(f"{PAGE} is out of date: run python -m chassis.settings_page\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
