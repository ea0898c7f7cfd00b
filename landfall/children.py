"""Starting programs on a leash, on ports that are free."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

LEASH = Path(__file__).with_name("leash.py")
STOP_SECONDS = 12.0


@dataclass(slots=True)
class Leash:
    """One pipe for all children of this process: nobody writes to it, and it closes when this process ends, however it ends."""

    read_fd: int = field(init=False)
    write_fd: int = field(init=False)

    def __post_init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()

    def close(self) -> None:
        """Let go of everything that is still held."""
        for each in (self.write_fd, self.read_fd):
            with suppress(OSError):
                os.close(each)


def start(  # noqa: PLR0913 - each is a plain fact about the program
    leash: Leash,
    command: Sequence[str],
    log: Path,
    *,
    stop_signals: str = "TERM",
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that ends with us; its output goes to `log`. `stop_signals` (`INT,QUIT`) are tried in turn before SIGKILL."""
    argv = [sys.executable, "-S", "-E", str(LEASH), str(leash.read_fd), stop_signals, user or "-", "--", *command]
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603 - we say what to run
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(leash.read_fd,),
            start_new_session=True,
            env=None if environment is None else dict(environment),
            cwd=directory,
        )


def open_log(path: Path) -> BinaryIO:
    """A log that only we may read; what is in it already stays."""
    path.touch(mode=0o600)
    return path.open("ab")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop in order, at the latest after `STOP_SECONDS`."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a program and its leash by kill -9, or what is left where one of them is gone already: all that is in their session."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
    process.wait()


def free_port(preferred: int | None = None) -> int:
    """A port on 127.0.0.1 that nothing listens on at this moment: the preferred one if it is free."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found: int = probe.getsockname()[1]
                return found
    message = "no free port on 127.0.0.1"
    raise RuntimeError(message)
