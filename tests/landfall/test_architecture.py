"""A newcomer finds each module of the chassis on the map, once, by what it is for."""

import re
from collections import Counter

from tests.proof.clone import ROOT


def _on_the_map() -> Counter[str]:
    """The names in the first column of its tables."""
    _, page = (ROOT / "ARCHITECTURE.md").read_text().split("## The chassis by concern")
    firsts = re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)
    return Counter(name for first in firsts for name in re.findall(r"`(\w+)`", first))


def test_every_module_of_the_chassis_is_on_the_map_once_and_nothing_else_is() -> None:
    modules = {each.stem for each in (ROOT / "chassis").glob("*.py")} - {"__init__"}

    assert _on_the_map() == Counter(modules)
