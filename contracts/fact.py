"""A fact is plain frozen data: no id, no clock. Its class knows its type, its family of topics and what it is about."""

from typing import ClassVar, Unpack

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of a fact. Readers ignore what they do not know; writers never write more than the class says."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Fact(Part):
    """One thing that happened, told once by its owner.

    A subclass says its CloudEvents type, its family in the catalogue, the field that names its subject, and, where every
    outside principal has a topic of its own, the field that names the principal.
    """

    TYPE: ClassVar[str]
    FAMILY: ClassVar[str]
    SUBJECT_FIELD: ClassVar[str]
    PRINCIPAL_FIELD: ClassVar[str | None]

    def __init_subclass__(
        cls,
        *,
        type: str,  # noqa: A002 - CloudEvents' own word
        family: str,
        subject: str,
        principal: str | None = None,
        **kwargs: Unpack[ConfigDict],
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.TYPE, cls.FAMILY, cls.SUBJECT_FIELD, cls.PRINCIPAL_FIELD = type, family, subject, principal

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Refuse a class that names a field it does not have: only now are its fields known."""
        del kwargs
        for field in filter(None, (cls.SUBJECT_FIELD, cls.PRINCIPAL_FIELD)):
            if field not in cls.model_fields:
                message = f"{cls.__name__} has no field {field!r} to serve as its subject or principal"
                raise TypeError(message)

    @property
    def subject(self) -> str:
        """What this fact is about; also the Kafka key."""
        return str(getattr(self, self.SUBJECT_FIELD))

    @property
    def principal(self) -> str | None:
        """Whose own topic this fact goes to, where the family has one topic each."""
        return None if self.PRINCIPAL_FIELD is None else str(getattr(self, self.PRINCIPAL_FIELD))
