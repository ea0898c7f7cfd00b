"""Whose fault a failure is: infrastructure is waited for, data is set aside alone. What is not known is data."""

from enum import Enum, auto

from chassis.verdicts import DATA, INFRASTRUCTURE


class Fault(Enum):
    """What to do about a failure: wait and begin again, or set the one message aside."""

    INFRASTRUCTURE = auto()
    DATA = auto()


class OverrunError(TimeoutError):
    """A statement of a handler ran into the statement timeout: the database may be slow, or what is handled is to blame."""


def fault_of(error: BaseException) -> Fault:
    """As `chassis.verdicts` says of its class, or of the nearest class above it."""
    return fault_of_class(type(error))


def fault_of_class(kind: type[BaseException]) -> Fault:
    """For a class with two parents the order in which it names them decides: a certificate's error is an OSError before a ValueError."""
    nearest = next((each for each in kind.__mro__ if each in INFRASTRUCTURE or each in DATA), Exception)
    return Fault.INFRASTRUCTURE if nearest in INFRASTRUCTURE else Fault.DATA
