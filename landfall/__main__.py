"""`python -m landfall`: one command for each thing that an operator or a newcomer does."""

import argparse
import importlib
import sys
from collections.abc import Sequence

COMMANDS = {
    "up": "start the whole system here, from wheels alone, until Ctrl-C",
    "demo": "play the year 2021-22 through the system and print it beside the published figures",
    "play": "play the year 2021-22 on a system that runs already",
    "positions": "show where a service reads on, or move it, with a reason",
    "replay": "tell a topic again what its owner has said on it",
    "reconcile": "have a running service compare its own compacted topics with what it said, and tell again what differs",
    "prepare": "make roles, databases, tables and topics on servers that run already",
    "held": "see what a service could not apply, and order what becomes of it",
    "stop": "see why a service reads nothing, and let it go on",
}


def main() -> int:
    """Run one command; its exit status."""
    arguments = parse(sys.argv[1:])
    status: int = arguments.run(arguments)
    return status


def parse(words: Sequence[str]) -> argparse.Namespace:
    """One command as it is typed after `landfall`, with what runs it in `run`.

    Raises:
        SystemExit: there is no such command, or it does not take these words; what it takes is on standard error.
    """
    parser = argparse.ArgumentParser(prog="python -m landfall", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name in words[:1]:
            module = importlib.import_module(f"landfall.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
