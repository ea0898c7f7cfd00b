"""A service does not outlive the supervisor that started it: it holds a pipe whose other end only that process has."""

import os
import signal
import threading

GRACE_SECONDS = 5.0


def hold(leash_fd: int | None) -> None:
    """Watch the pipe from a thread of its own; when it closes, stop in order, and at the latest after `GRACE_SECONDS`."""
    if leash_fd is not None:
        threading.Thread(target=_watch, args=(leash_fd,), daemon=True, name="leash").start()


def _watch(leash_fd: int) -> None:
    os.read(leash_fd, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_SECONDS)
    os._exit(1)
