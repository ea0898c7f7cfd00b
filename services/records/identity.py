"""Who somebody is, as far as a machine may say: equal numbers are one person; an equal name and birth date are for a person to look at."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.codes import IdentifierKind
from contracts.identifiers import PartialDate
from contracts.notifications import Identifier, Person

_NOT_WRITTEN = re.compile(r"[\W_]+")
_SIGNIFICANT = re.compile(r"[1-9]")


@dataclass(frozen=True, slots=True)
class IdentityKeys:
    """Keyed hashes of what identifies one person: of each number, and of the full name with the full birth date where known."""

    numbers: tuple[bytes, ...] = ()
    namesake: bytes | None = None

    @property
    def all(self) -> tuple[bytes, ...]:
        return self.numbers if self.namesake is None else (*self.numbers, self.namesake)


NOBODY = IdentityKeys()


def numbers_of(identifiers: Iterable[Identifier]) -> tuple[tuple[IdentifierKind, str], ...]:
    """Each number once, written alike. Fillers such as `000000` or `unknown` are no numbers and would make strangers one person."""
    written = ((each.kind, _plain(each.value)) for each in identifiers)
    return tuple(dict.fromkeys((kind, value) for kind, value in written if _SIGNIFICANT.search(value)))


def namesake_of(person: Person) -> str | None:
    """Surname, first forename and birth date, written alike; None unless all three are known in full."""
    if person.surname is None or not person.forenames or person.birth_date is None or not person.birth_date.is_full:
        return None
    return f"{_plain(person.surname)}/{_plain(person.forenames[0])}/{person.birth_date}"


def contradict(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two birth dates, each known in full or in part, cannot be of one person."""
    return one is not None and other is not None and (one.earliest > other.latest or other.earliest > one.latest)


def narrower(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The one of two birth dates that says more; the first if they say equally much."""
    if one is None or other is None:
        return one or other
    return other if len(other.root) > len(one.root) else one


def _plain(text: str) -> str:
    """Without case, accents, spaces and punctuation, so that two clerks' spellings of one thing are equal."""
    bare = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return _NOT_WRITTEN.sub("", "".join(bare).casefold())
