"""Figures that a test finds on its way: printed, and kept for a proof in the file that LANDFALL_MEASURED names. No test decides on one."""

import json
import os
from pathlib import Path


def measured(what: str, found: str) -> None:
    print(f"{what}: {found}")  # noqa: T201 - a figure for whoever looks on
    if (name := os.environ.get("LANDFALL_MEASURED")) is not None:
        file = Path(name)
        figures = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(figures | {what: found}, indent=2))
