"""CPU time by process, read from the kernel: what a message costs, by whom."""

import os
from collections.abc import Mapping

import psutil


def cpu_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """User and system seconds so far of each named process and everything below it; of ourselves, ourselves alone."""
    return {name: sum(_seconds(each) for each in _family(pid)) for name, pid in roots.items()}


def _family(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root] if pid == os.getpid() else [root, *root.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    spent: float = times.user + times.system
    return spent
