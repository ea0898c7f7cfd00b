"""A service's inputs, opened: its place in Kafka's group, the clients beside it, and the loop that reads."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiokafka import AIOKafkaConsumer

from chassis.assignment import Assignment
from chassis.broker import onlooker, producer, subscribe
from chassis.carry import Carrier
from chassis.chores import Chores
from chassis.clients import start_client, stop_consumer
from chassis.footing import Footing
from chassis.forgetting import Forgetting
from chassis.listen import Listener
from chassis.lookout import Lookout
from chassis.orders import Orders
from chassis.pulse import Pulse
from chassis.room import Room
from chassis.settings import ClockKind, Settings
from chassis.trying import Trying


@asynccontextmanager
async def open_inputs(
    room: Room, settings: Settings, carrier: Carrier, pulse: Pulse, on_commit: Callable[[], Awaitable[None]]
) -> AsyncIterator[Listener]:
    """Subscribe to what the room hears; whoever runs the listener that is given reads it. On leaving all clients are stopped."""
    prefix = settings.kafka_topic_prefix
    heard = room.topics(clock=settings.clock is ClockKind.EVENT)
    names = tuple(prefix + topic.name for topic in heard)
    compacted = frozenset(prefix + topic.name for topic in heard if topic.family.compacted)
    assignment = Assignment()
    broker, subscriber = subscribe(settings, room.name, names, assignment)

    def consumer() -> AIOKafkaConsumer:
        return subscriber.consumer

    assignment.consumer_of = consumer
    async with AsyncExitStack() as stack:
        looking = onlooker(settings, room.name)
        stack.push_async_callback(stop_consumer, looking)
        await start_client(looking)
        when_idle = await _answering(stack, settings, room, carrier)
        stack.push_async_callback(broker.stop)
        await start_client(broker, patiently=True)
        stack.push_async_callback(stop_consumer, consumer())  # which its broker would do too
        footing = Footing(consumer(), looking, assignment, carrier.pool, pulse, compacted)
        yield Listener(
            consumer(), footing, Trying(carrier, footing, settings.batch_max_records), pulse, on_commit, when_idle,
            Chores([Lookout(carrier.pool, footing, pulse).look, Orders(carrier, on_commit).carry_out, Forgetting(carrier.pool).forget]),
            hurried=lambda: carrier.calendar.asked is not None, batch_max_records=settings.batch_max_records,
        )  # fmt: skip


async def _answering(stack: AsyncExitStack, settings: Settings, room: Room, carrier: Carrier) -> Callable[[], Awaitable[None]] | None:
    """What to do when idle: under the event clock, answer whoever asks for rest; under the live clock nobody asks."""
    if settings.clock is ClockKind.LIVE:
        return None
    sender = producer(settings, room.name)
    stack.push_async_callback(sender.stop)
    await start_client(sender)
    return partial(carrier.calendar.answer, carrier.pool, sender)
