"""What differs between places is said here, once, and read from LANDFALL_* variables: the code is the same everywhere."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Profile(StrEnum):
    """Which broker carries the messages: the embedded one of the first minute, or Apache Kafka."""

    EMBEDDED = "embedded"
    KAFKA = "kafka"


class ClockKind(StrEnum):
    """`live` is the wall; `event` is the scenario's calendar."""

    LIVE = "live"
    EVENT = "event"


class Variables(BaseSettings):
    """LANDFALL_* variables; their values are never shown."""

    model_config = SettingsConfigDict(env_prefix="LANDFALL_", frozen=True, hide_input_in_errors=True)

    @classmethod
    def read(cls, secrets: Path = SECRETS) -> Self:
        """The variables first; what is not among them may be a file such as /run/secrets/landfall_api_token, as containers are given it.

        Raises:
            pydantic.ValidationError: as for the class itself.
        """
        return cls(_secrets_dir=secrets if secrets.is_dir() else None)


class DatabaseSettings(Variables):
    """Where one service's database is: all that whoever looks after it has to say where nothing else is asked.

    Raises:
        pydantic.ValidationError: a variable is missing; the text names it.
    """

    database_url: SecretStr = Field(description="the service's own database, in its own role: postgresql://role:password@host/database")


class Settings(DatabaseSettings):
    """One service's settings.

    Raises:
        pydantic.ValidationError: a variable is missing, malformed, or not allowed in production; the text names it.
    """

    env: Environment = Field(
        default=Environment.DEVELOPMENT,
        description="production refuses the embedded broker, the event clock, a broker without TLS and, in records, unverified law",
    )
    profile: Profile = Field(
        default=Profile.KAFKA, description="which broker carries the messages; the embedded one keeps them in memory alone"
    )
    clock: ClockKind = Field(default=ClockKind.LIVE, description="live is the wall's; event follows a scenario's calendar")

    kafka_bootstrap: str = Field(default="127.0.0.1:9092", description="where Kafka is asked first: host:port")
    kafka_topic_prefix: str = Field(default="", description="what every topic and consumer group begins with, where a broker is shared")
    kafka_session_timeout_ms: int = Field(default=10_000, description="for how long Kafka waits for a silent reader")
    kafka_sasl_username: str | None = Field(default=None, description="the service's name at Kafka (SCRAM-SHA-512), where it asks for one")
    kafka_sasl_password: SecretStr | None = Field(default=None, description="the password that belongs to that name")
    kafka_ca_file: Path | None = Field(default=None, description="who vouches for Kafka's certificate (PEM); needed in production")
    batch_max_records: int = Field(default=500, description="how many messages one transaction takes on at most")

    stop_after: int = Field(
        default=20, ge=1, description="so many failures of our own doing stop the service, or the outside topic they came from"
    )
    stop_within_seconds: int = Field(
        default=600, ge=1, description="the window in which those are counted; where nothing was handled in between they count without one"
    )
    channel_stop_after: int = Field(default=100, ge=1, description="so many failures on a topic of an outsider stop that topic")
    channel_stop_within_seconds: int = Field(default=3600, ge=1, description="the window in which those are counted")

    # An order is counted on another connection than it is carried out on.
    database_pool_size: int = Field(default=4, ge=2, description="how many connections to the database an instance holds")

    stall_seconds: float = Field(default=30.0, description="after so long without a step the service is not ready")
    outbox_seconds: float = Field(default=60.0, description="after so long in the outbox a telling makes its service not ready")

    http_host: str = Field(default="127.0.0.1", description="the address that HTTP is answered on")
    http_port: int = Field(default=0, description="its port; 0 is any that is free")
    api_token: SecretStr = Field(description="what whoever asks over HTTP sends as bearer token")
    key_file: Path | None = Field(default=None, description="the keys of records and handover, which do not start without")
    leash_fd: int | None = Field(default=None, description="set by the supervisor alone: a service ends with who started it")

    @property
    def embedded(self) -> bool:
        """Whether the embedded broker carries the messages."""
        return self.profile is Profile.EMBEDDED

    @property
    def idempotent_producer(self) -> bool:
        """The embedded broker refuses an idempotent producer; Apache Kafka is never spoken to without one."""
        return not self.embedded

    @property
    def fetch_wait_ms(self) -> int:
        """How long the broker may hold an empty fetch; the embedded one holds it for its whole length."""
        return 20 if self.embedded else 500

    @model_validator(mode="after")
    def _production_takes_no_shortcuts(self) -> Self:
        if self.env is Environment.PRODUCTION and self.embedded:
            message = "LANDFALL_PROFILE=embedded keeps messages in memory only; in production set LANDFALL_PROFILE=kafka"
            raise ValueError(message)
        if self.env is Environment.PRODUCTION and self.clock is ClockKind.EVENT:
            message = "LANDFALL_CLOCK=event follows a scenario's calendar; in production set LANDFALL_CLOCK=live"
            raise ValueError(message)
        if self.env is Environment.PRODUCTION and self.kafka_ca_file is None:
            message = "in production messages are carried under TLS alone: set LANDFALL_KAFKA_CA_FILE"
            raise ValueError(message)
        return self


def read_settings(secrets: Path = SECRETS) -> Settings:
    """What a service starts with.

    Raises:
        pydantic.ValidationError: as for `Settings`.
    """
    return Settings.read(secrets)
