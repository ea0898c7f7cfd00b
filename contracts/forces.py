"""Which police forces of the United Kingdom take handovers: `forces.csv` lists all, with the numbers and codes that others know them by.

`slug` is the name that a force has on topics (data.police.uk; `police-scotland` is ours); those that take no handovers have none.
`pnc_codes` are two-digit strings, of which the Metropolitan Police has two and Police Scotland none: PNC codes only, since the road
accident statistics (STATS19) give the numbers 91 to 99 to other forces. `ons_code` is E23... or W15... in England and Wales.
"""

import csv
from importlib.resources import files


def _taking_handovers() -> tuple[str, ...]:
    rows = csv.DictReader(files("contracts").joinpath("forces.csv").read_text(encoding="utf-8").splitlines())
    return tuple(row["slug"] for row in rows if row["takes_handovers"] == "yes")


# Read once at import: the catalogue names a topic for each of these, and a topic list that appears later is no contract.
TAKING_HANDOVERS = _taking_handovers()
