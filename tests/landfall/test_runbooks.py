"""Whoever follows a runbook at night types what it says: every command that it names is one that `landfall` takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from landfall.__main__ import parse

RUNBOOKS = sorted((Path(__file__).parent.parent.parent / "docs" / "runbooks").glob("*.md"))
FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^ {4,}[^\s`][^`\n]*$", re.MULTILINE)
COMMAND = re.compile(r"(?:.* )?landfall (.+)")

# What somebody types where the pages have these in angle brackets.
STAND_INS = {
    "topic": "records.v1",
    "partition": "3",
    "offset": "7",
    "number": "2",
    "force": "kent",
    "staff number": "ACRO-1",
    "why": "lost with its broker",
    "held id": "0f8b8f0e-5a63-4c3c-9f3e-1d7b0a5f2c11",
    "key file": "/run/secrets/landfall_key_file",
}


def commands(page: str) -> Iterator[str]:
    """What a page has between backticks or in a block, from after `landfall` on, wherever it is typed."""
    text = FENCED.sub("", page)
    lines = "\n".join([*FENCED.findall(page), *INDENTED.findall(text)]).replace("\\\n", " ").splitlines()
    spans = re.findall(r"`([^`]+)`", text)
    yield from (found[1] for each in (*lines, *spans) if (found := COMMAND.fullmatch(" ".join(each.split()))))


def can_be_typed(command: str) -> bool:
    """Whether it is complete and taken as it stands, but for what is in angle brackets."""
    words = shlex.split(re.sub(r"<([^<>]+)>", lambda found: STAND_INS[found[1]], command))
    try:
        parse(words)
    except SystemExit:
        return False
    return True


NAMED = [(page.name, command) for page in RUNBOOKS for command in commands(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "command"), NAMED)
def test_every_command_of_a_runbook_can_be_typed(page: str, command: str) -> None:
    assert can_be_typed(command), f"{page}: landfall {command}"


def test_every_runbook_names_commands() -> None:
    assert {page for page, _ in NAMED} == {page.name for page in RUNBOOKS}


@pytest.mark.parametrize(
    "command",
    [
        "positions show",
        'positions move --topic <topic> --partition <partition> --to <offset> --skip <number> --by <staff number> --reason "<why>"',
        'positions move --topic handover-replies.<force>.v1 --to start --by <staff number> --reason "<why>"',
        'replay accepted --topic handover-packs.kent.v1 --by ACRO-1 --reason "lost with its broker"',
        "replay compare --topic <topic>",
        "held list --topic <topic> --held-for gap --json",
        'held redrive <held id> <held id> --by <staff number> --reason "<why>"',
        'held show <held id> --original --by <staff number> --reason "<why>" --key-file <key file>',
        'stop clear --by <staff number> --reason "<why>"',
        "reconcile",
        "prepare",
    ],
)
def test_what_is_complete_can_be_typed(command: str) -> None:
    assert can_be_typed(command)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("reconcile --service stats", id="an option that is no more"),
        pytest.param("held list --reason gap", id="another command's option"),
        pytest.param("held list --held-for boredom", id="a reason that there is not"),
        pytest.param('held discard <topic> --by <staff number> --reason "<why>"', id="a topic in place of an id"),
        pytest.param("held show", id="no id"),
        pytest.param('positions move --topic <topic> --by <staff number> --reason "<why>"', id="no place"),
        pytest.param('positions move --topic <topic> --to start --skip all --by <staff number> --reason "<why>"', id="no number"),
        pytest.param("replay said --topic <topic>", id="nobody, and no reason"),
        pytest.param("replay said --topic <topic> --by <staff number>", id="no reason"),
        pytest.param('replay said --topic <topic> --by "J. Smith" --reason "<why>"', id="a name in place of a number"),
        pytest.param("replay said", id="a command's name alone"),
        pytest.param("replay", id="half a command's name"),
        pytest.param("repair", id="no command"),
    ],
)
def test_what_is_unknown_missing_or_of_another_kind_cannot_be_typed(command: str) -> None:
    assert not can_be_typed(command)


def test_commands_are_found_wherever_a_page_has_them() -> None:
    page = """Look (`landfall held
list --json`), then `docker compose exec records python -m landfall stop show`; `landfall_held` is a figure.

```sh
python -m landfall positions move --topic records.v1 \\
    --to start
```

    landfall prepare
"""

    assert sorted(commands(page)) == ["held list --json", "positions move --topic records.v1 --to start", "prepare", "stop show"]
