"""How we speak to Kafka: every option that matters is spelled out here, because the defaults lose messages."""

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.security import parse_security
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import BaseSecurity, SASLScram512

from chassis.settings import Settings
from contracts.catalogue import MAX_MESSAGE_BYTES

METADATA_AGE_MS = 10_000
FETCH_BYTES = 4 * 1024 * 1024
LOOK_WAIT_MS = 10  # who looks something up does not wait for news


def security_of(settings: Settings) -> BaseSecurity | None:
    """TLS where a certificate authority is given, SCRAM where a user is."""
    context = ssl.create_default_context(cafile=settings.kafka_ca_file) if settings.kafka_ca_file else None
    if settings.kafka_sasl_username is not None:
        password = settings.kafka_sasl_password.get_secret_value() if settings.kafka_sasl_password else ""
        return SASLScram512(settings.kafka_sasl_username, password, ssl_context=context, use_ssl=context is not None)
    return None if context is None else BaseSecurity(ssl_context=context, use_ssl=True)


def subscribe(
    settings: Settings, name: str, topics: tuple[str, ...], listener: ConsumerRebalanceListener
) -> tuple[KafkaBroker, BatchSubscriber]:
    """FastStream makes the consumer, its security and its lifecycle; it is given no handler, so it reads nothing itself."""
    broker = KafkaBroker(
        settings.kafka_bootstrap,
        client_id=name,
        security=security_of(settings),
        metadata_max_age_ms=METADATA_AGE_MS,
        consumer_only=True,
        allow_auto_create_topics=False,
        logger=None,
    )
    subscriber = broker.subscriber(
        *topics,
        batch=True,
        group_id=f"{settings.kafka_topic_prefix}{name}",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        isolation_level="read_committed",
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=settings.kafka_session_timeout_ms // 3,
        fetch_max_wait_ms=settings.fetch_wait_ms,
        max_partition_fetch_bytes=FETCH_BYTES,
        max_records=settings.batch_max_records,
        listener=listener,
    )
    return broker, subscriber


def producer(settings: Settings, name: str) -> AIOKafkaProducer:
    """A producer for the relay: all in-sync replicas acknowledge, and a retry neither doubles nor reorders."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=f"{name}-relay",
        acks="all",
        enable_idempotence=settings.idempotent_producer,
        linger_ms=0,
        max_batch_size=256 * 1024,
        max_request_size=MAX_MESSAGE_BYTES + 100_000,
        **parse_security(security_of(settings)),
    )


def onlooker(settings: Settings, name: str) -> AIOKafkaConsumer:
    """A consumer outside every group that looks values up; an offset that is not there is an error, never another offset."""
    connection: dict[str, Any] = parse_security(security_of(settings))
    return AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=f"{name}-onlooker",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=LOOK_WAIT_MS,
        **connection,
    )
