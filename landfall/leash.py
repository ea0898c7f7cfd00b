"""Runs a program that cannot watch its own leash: ends it when the supervisor is gone, even by kill -9.

    python -S -E landfall/leash.py FD SIGNAL USER -- program argument ...

FD is the read end of a pipe; SIGNAL is the number that stops the program in order; USER runs it, or `-`
for whoever we are. Standard library only: it starts in an instant.
"""

import os
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 5.0


def main() -> int:
    """Run the program; its exit status."""
    leash, stop_signal, user = int(sys.argv[1]), int(sys.argv[2]), None if sys.argv[3] == "-" else sys.argv[3]
    child = subprocess.Popen(  # noqa: S603 - the supervisor says what to run
        sys.argv[5:], start_new_session=True, user=user, extra_groups=[] if user else None
    )

    def stop(*_: object) -> None:
        child.send_signal(stop_signal)

    def watch() -> None:
        os.read(leash, 1)
        stop()
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
