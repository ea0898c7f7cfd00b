"""A reader of whichever release's `contracts` is first on its path: a topic and a value on each line in, what became of it on each out.

Nothing else of this repository is imported here, because an earlier release's code stands in for it.
"""

import json
import sys
from typing import Any

import contracts
from contracts import wire
from contracts.catalogue import BY_NAME


def read(topic: str, value: str) -> dict[str, Any]:
    """What it says again of what it read, or why it did not read it."""
    try:
        return {"read": json.loads(wire.decode(BY_NAME[topic], value.encode()).to_bytes())}
    except wire.UnknownTypeError as error:
        return {"unknown": str(error)}
    except (wire.UnreadableError, LookupError) as error:
        return {"refused": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(contracts.__file__)  # noqa: T201 - whoever started it reads it
    for line in sys.stdin:
        print(json.dumps(read(**json.loads(line))))  # noqa: T201 - whoever started it reads it
