"""Runs a program that cannot watch its own leash: ends it when the supervisor is gone, even by kill -9.

    python -S -E landfall/leash.py FD SIGNALS USER -- program argument ...

FD is the read end of a pipe; SIGNALS (`INT,QUIT`) stop the program in order, each after a grace, SIGKILL last;
USER runs it, or `-` for whoever we are. Standard library only: it starts in an instant.
"""

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 4.0


def main() -> int:
    """Run the program until it ends, we are told to end it, or the leash breaks; its exit status."""
    leash, signals, user, command = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3], sys.argv[5:]
    stopping = threading.Event()
    # Before the program starts: a signal in between must not leave it behind.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    child = _start(command, None if user == "-" else user)
    threading.Thread(target=_watch, args=(leash, stopping), daemon=True).start()
    threading.Thread(target=_end, args=(child, signals, stopping), daemon=True).start()
    status = child.wait()
    _kill_group(child)
    return status


def _start(command: list[str], user: str | None) -> "subprocess.Popen[bytes]":
    """In a group of its own, so that its children end with it; in our session, so that the supervisor finds it if we are killed."""
    if user is None:
        return subprocess.Popen(command, process_group=0)  # noqa: S603 - the supervisor says what to run
    group = pwd.getpwnam(user).pw_gid
    return subprocess.Popen(command, process_group=0, user=user, group=group, extra_groups=[])  # noqa: S603 - as above


def _watch(leash: int, stopping: threading.Event) -> None:
    """Nobody ever writes: reading ends when the last writer, the supervisor, is gone."""
    os.read(leash, 1)
    stopping.set()


def _end(child: "subprocess.Popen[bytes]", signals: list[str], stopping: threading.Event) -> None:
    stopping.wait()
    for each in signals:
        child.send_signal(signal.Signals[f"SIG{each}"])
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
    _kill_group(child)


def _kill_group(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
