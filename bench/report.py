"""What a measurement says, with its conditions beside it."""

import platform
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median

import psutil

from bench.place import Bench

LIBRARIES = ("faststream", "aiokafka", "asyncpg", "pydantic")


@dataclass(frozen=True)
class Round:
    """One measurement: wall seconds, values told, facts acknowledged, CPU seconds by process."""

    seconds: float
    told: int
    facts: int
    cpu: dict[str, float]


def report(here: Bench, rounds: list[Round], size_bytes: int, seed: int) -> str:
    """What was measured, with its conditions beside it."""
    lines = [
        f"broker: Apache Kafka {here.kafka_version} (jars, one node, acks=all, idempotent); PostgreSQL {here.postgres_version}, fsync on",
        f"machine: {psutil.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GiB, {platform.platform()}; all processes share it",
        f"python {platform.python_version()}, {', '.join(f'{each} {version(each)}' for each in LIBRARIES)}",
        f"values: {rounds[0].told} a round, {size_bytes} bytes on average, seed {seed}; 1.6 % become records",
        "",
        f"{'round':>5} {'seconds':>8} {'messages/s':>11} {'facts':>7}  CPU microseconds per message",
    ]
    lines += [_line(str(index), each) for index, each in enumerate(rounds, 1)]
    rate = median(each.told / each.seconds for each in rounds)
    cost = median(sum(each.cpu.values()) / each.told * 1e6 for each in rounds)
    lines.append(f"median {rate:.0f} messages/s, {cost:.0f} CPU microseconds per message in all")
    return "\n".join(lines)


def _line(name: str, each: Round) -> str:
    by_process = ", ".join(f"{who} {spent / each.told * 1e6:.0f}" for who, spent in sorted(each.cpu.items()))
    return f"{name:>5} {each.seconds:8.2f} {each.told / each.seconds:11.0f} {each.facts:7}  {by_process}"
