"""The modes in which a recall hears the next value of a partition again."""

from enum import Enum, auto


class Mode(Enum):
    """As it went when it was told, and what is tried where nothing goes on so."""

    AS_TOLD = auto()
    """What has an answer is recalled; what has none must say nothing."""
    PAST_HELD = auto()
    """The same, though something of its subject is held before it."""
    ANEW = auto()
    """What has no answer may speak, or be held."""
