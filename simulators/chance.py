"""Seeded chance: the same seed tells the same year, and what one part draws never shifts what another part draws."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(seed: int, purpose: str) -> Random:
    """A stream of draws of its own for each purpose."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - a scenario must be repeatable, not unguessable


def weighted(draws: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, as often as its weight says."""
    return draws.choices(list(weights), weights=list(weights.values()))[0]
