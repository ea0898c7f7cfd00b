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


class DatabaseSettings(BaseSettings):
    """Where one service's database is: all that whoever looks after it has to say where nothing else is asked.

    Raises:
        pydantic.ValidationError: a variable is missing; the text names it.
    """

    model_config = SettingsConfigDict(env_prefix="LANDFALL_", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr


class Settings(DatabaseSettings):
    """One service's settings.

    Raises:
        pydantic.ValidationError: a variable is missing, malformed, or not allowed in production; the text names it.
    """

    env: Environment = Environment.DEVELOPMENT
    profile: Profile = Profile.KAFKA
    clock: ClockKind = ClockKind.LIVE

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_topic_prefix: str = ""
    kafka_session_timeout_ms: int = 10_000
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    batch_max_records: int = 500

    stop_after: int = Field(default=20, ge=1)
    stop_within_seconds: int = Field(default=600, ge=1)
    channel_stop_after: int = Field(default=100, ge=1)
    channel_stop_within_seconds: int = Field(default=3600, ge=1)

    database_pool_size: int = Field(default=4, ge=2)  # an order is counted on another connection than it is carried out on

    # How long is too long, for a service that is asked whether it is ready (docs/runbooks/readiness.md).
    stall_seconds: float = 30.0
    outbox_seconds: float = 60.0

    http_host: str = "127.0.0.1"
    http_port: int = 0
    api_token: SecretStr
    key_file: Path | None = None
    leash_fd: int | None = None

    @property
    def idempotent_producer(self) -> bool:
        """The embedded broker refuses an idempotent producer; Apache Kafka is never spoken to without one."""
        return self.profile is Profile.KAFKA

    @property
    def fetch_wait_ms(self) -> int:
        """How long the broker may hold an empty fetch; the embedded one holds it for its whole length."""
        return 10 if self.profile is Profile.EMBEDDED else 500

    @model_validator(mode="after")
    def _production_takes_no_shortcuts(self) -> Self:
        if self.env is Environment.PRODUCTION and self.profile is Profile.EMBEDDED:
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
    """The variables first; what is not among them may be a file such as /run/secrets/landfall_api_token, as containers are given it.

    Raises:
        pydantic.ValidationError: as for `Settings`.
    """
    return Settings(_secrets_dir=secrets if secrets.is_dir() else None)
