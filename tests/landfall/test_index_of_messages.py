"""Whoever looks up why something is halted, strange or stopped finds the very words, and a section about them."""

import re
from pathlib import Path

import pytest

from chassis import agreement, corrupt, earlier, hearing, mirror, offsets, own_ends, stops
from chassis.occasion import Coordinates
from chassis.sift import ContradictionError

RUNBOOKS = Path(__file__).parent.parent.parent / "docs" / "runbooks"
AT = Coordinates("records.v1", 3, 7)

WORDS = {
    ("disagreement.md", "About a topic that a service reads"): [
        agreement.ABSENT, agreement.DIFFERENT, agreement.LOST, agreement.DAMAGED, earlier.MADE_AGAIN, offsets.misfit(9, 5),
        offsets.misfit(3, 5), f"{corrupt.CORRUPT} 7", str(ContradictionError(AT, 2)),
    ],
    ("disagreement.md", "About a topic that a service tells"): [
        agreement.ABSENT, agreement.DIFFERENT, agreement.DAMAGED, own_ends.MADE_AGAIN, hearing.FOREIGN, hearing.UNREADABLE,
    ],
    ("disagreement.md", "About a compacted topic of a service's own"): [
        mirror.NEWER, mirror.NEVER_SAID, mirror.OTHER, mirror.UNREADABLE, mirror.TWICE,
    ],
    ("held.md", "What the alarm says"): [stops.OUR_DOING, stops.OUR_HANDLER, stops.GARBAGE],
}  # fmt: skip
"""What a service says there, by the page and its section."""

ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\(#([^)]+)\)")


def _section(page: str, title: str) -> str:
    (found,) = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#)", page, re.MULTILINE | re.DOTALL)
    return str(found)


def _pattern(written: str) -> str:
    return re.sub("<[a-z]+>", ".+", re.escape(written).replace(r"\<", "<").replace(r"\>", ">"))


@pytest.mark.parametrize(("where", "said"), WORDS.items())
def test_each_reason_is_in_its_index_in_its_own_words(where: tuple[str, str], said: list[str]) -> None:
    patterns = [_pattern(each) for each in ROW.findall(_section((RUNBOOKS / where[0]).read_text(), where[1]))]

    assert [each for each in said if sum(re.fullmatch(pattern, each) is not None for pattern in patterns) != 1] == []


@pytest.mark.parametrize("where", [each for each in WORDS if each[0] == "disagreement.md"])
def test_the_index_names_nothing_that_is_never_said(where: tuple[str, str]) -> None:
    patterns = [_pattern(each) for each in ROW.findall(_section((RUNBOOKS / where[0]).read_text(), where[1]))]

    assert [each for each in patterns if not any(re.fullmatch(each, said) for said in WORDS[where])] == []


def test_each_line_of_the_index_leads_to_a_section_that_says_what_happened_what_to_check_and_what_to_do() -> None:
    page = (RUNBOOKS / "disagreement.md").read_text()
    sections = {_anchor(title): text for title, text in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)}
    linked = [each for each in LINK.findall(page) if re.match("[a-z][0-9]+-", each)]

    assert len(linked) > len(WORDS)
    for each in linked:
        assert all(f"*{part}.*" in sections[each] for part in ("What happened", "Check", "Do")), each


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-")
