"""Kafka and PostgreSQL in containers, where a Docker engine runs."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import docker as engine
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.waiting_utils import wait_for_logs

from landfall.children import free_port

KAFKA_IMAGE = "apache/kafka:4.3.0"
POSTGRES_IMAGE = "postgres:18"


@cache
def has_image(name: str) -> bool:
    """Whether a Docker engine runs here and has the image."""
    if "DOCKER_HOST" not in os.environ and not Path("/var/run/docker.sock").exists():
        return False
    try:
        client = engine.from_env(timeout=5)
        try:
            client.images.get(name)
        finally:
            client.close()
    except DockerException:
        return False
    return True


def _kafka(port: int) -> DockerContainer:
    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@127.0.0.1:29093",
        "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://127.0.0.1:29093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(port, port)
    for name, value in environment.items():
        container = container.with_env(name, value)
    return container


@asynccontextmanager
async def kafka() -> AsyncIterator[str]:
    """A broker in a container; its address."""
    port = free_port()
    container = _kafka(port)
    await asyncio.to_thread(container.start)
    try:
        await asyncio.to_thread(wait_for_logs, container, "Kafka Server started", 60)
        yield f"127.0.0.1:{port}"
    finally:
        await asyncio.to_thread(container.stop)


@asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """A PostgreSQL in a container; the superuser's address."""
    password = secrets.token_urlsafe(16)
    port = free_port()
    container = DockerContainer(POSTGRES_IMAGE).with_bind_ports(5432, port).with_env("POSTGRES_PASSWORD", password)
    await asyncio.to_thread(container.start)
    try:
        await asyncio.to_thread(wait_for_logs, container, "database system is ready to accept connections.*database system is ready", 60)
        yield f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    finally:
        await asyncio.to_thread(container.stop)
