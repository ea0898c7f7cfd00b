"""How a client of Kafka begins and ends: whole, in a bounded time, and with nothing left open behind it."""

import asyncio
from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from chassis.parts import end

FIRST_ANSWER_SECONDS = 1.0
STARTED_SECONDS = 100.0
"""Time to give two addresses up, each after 40 s, and to speak to a third; less than liveness allows a loop."""


class Client(Protocol):
    """What has to be started before it speaks to Kafka."""

    async def start(self) -> None: ...


async def start_client(client: Client, *, patiently: bool = False) -> None:
    """Start it; who is cancelled meanwhile lets it wait for Kafka's first answer, within `FIRST_ANSWER_SECONDS`.

    A client that is cut off while it waits for that answer knows the connection no more, and nobody can close it.

    Raises:
        KafkaError: it could not be started, or not within `STARTED_SECONDS`, unless `patiently`. A client by itself would ask for ever.
    """
    try:
        async with asyncio.timeout(None if patiently else STARTED_SECONDS):
            await _started(client)
    except TimeoutError as error:
        message = f"Kafka did not answer within {STARTED_SECONDS:.0f} s"
        raise KafkaTimeoutError(message) from error


async def _started(client: Client) -> None:
    starting = asyncio.create_task(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=FIRST_ANSWER_SECONDS)
        raise
    finally:
        await end([starting])
        await asyncio.gather(starting, return_exceptions=True)


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop it and close what it had open, also where its own stop is cut short by a fetch that it cancels itself.

    Raises:
        asyncio.CancelledError: somebody else cancelled whoever waits for this.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()  # noqa: SLF001 - its stop did not come so far, and will not do it again
        waiting = asyncio.current_task()
        if waiting is not None and waiting.cancelling():
            raise


async def dismiss(sender: AIOKafkaProducer) -> None:
    """End a producer at once, sending nothing more: whatever was not acknowledged is sent again by whoever leads next.

    Its own `stop` would first send what it still holds, and leaves its routine running where the broker does not answer. Closing a
    connection waits until the broker has taken what was written to it, and so does not do here.
    """
    started = sender._sender  # noqa: SLF001 - there is no other way to end its routine
    sender._closed = True  # noqa: SLF001 - as above
    _cut(sender)
    await sender.client.close()
    if started is not None and started.sender_task is not None:
        await end([started.sender_task])
        _cut(sender)  # the routine may have been connecting
        await sender.client.close()


def _cut(sender: AIOKafkaProducer) -> None:
    for each in sender.client._conns.values():  # noqa: SLF001 - nothing else gives a connection up without waiting for the other end
        if each._writer is not None:  # noqa: SLF001 - as above
            each._writer.transport.abort()  # noqa: SLF001 - as above
