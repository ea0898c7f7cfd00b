"""Where a service is put together, started, watched and stopped in order: probes come first; it listens first to stop, and relays last."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import structlog
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from chassis.assignment import Assignment
from chassis.broker import onlooker, producer, subscribe
from chassis.calendar import Calendar
from chassis.carry import Carrier
from chassis.chores import Chores
from chassis.clock import clock_of
from chassis.database import Pool, open_pool
from chassis.footing import Footing
from chassis.http import application
from chassis.leash import hold
from chassis.listen import Listener
from chassis.lookout import Lookout
from chassis.orders import Orders
from chassis.parts import CutShortError, Loop, complain_of_the_dead, end, unless_cut_short, until_one_ends
from chassis.pulse import Pulse
from chassis.recall import HEARS, NOT_HEARD, Recall
from chassis.relay import WAKE, Relay
from chassis.room import Room
from chassis.settings import ClockKind, Settings, read_settings
from chassis.stops import Limits
from chassis.telemetry import configure_logs
from chassis.timers import Timers
from chassis.trying import Trying
from chassis.vault import check_keys
from chassis.watch import Watch

GRACE_SECONDS = 8.0

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """Signals are ours: they stop the whole service, in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(room: Room, settings: Settings | None = None) -> None:
    """Run one service until SIGTERM or SIGINT.

    Raises:
        pydantic.ValidationError: a LANDFALL_* variable is missing or wrong; the text names it.
    """
    settings = settings or read_settings()
    configure_logs(room.name)
    hold(settings.leash_fd)
    asyncio.run(serve(room, settings))


async def serve(room: Room, settings: Settings, stop: asyncio.Event | None = None) -> None:
    """The service's life. Ends when `stop` is set, on a signal, or when a part of it dies.

    Raises:
        ForeignKeysError: its keys are not those of its database.
        CannotRecallError: its database is older than what it told, and the difference cannot be taken back in.
    """
    stop = stop or _stop_on_signals()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(open_pool(settings, room.name))
        if room.vault is not None:
            await check_keys(pool, room.vault)
        clock, pulse = clock_of(settings.clock), Pulse()
        await clock.load(pool)
        calendar = Calendar(room, clock, settings.kafka_topic_prefix)
        carrier = Carrier(room, pool, clock, calendar, settings.kafka_topic_prefix, _limits(settings))
        relay = Relay(settings, room.name, pulse)
        on_commit = _after_commit(pool, relay)
        pulse.recalling = HEARS
        web = _Server(_http_config(settings, application(room, settings, pool, clock, pulse, on_commit)))
        tasks, loops = [asyncio.create_task(_answer(web), name="http")], dict[str, Loop]()
        stack.push_async_callback(end, tasks)
        with suppress(CutShortError):
            await unless_cut_short(_recall(Recall(room, settings, carrier, pulse)), stop, tasks)
            tasks.append(asyncio.create_task(relay.run(), name="relay"))
            opening = stack.enter_async_context(_listener(room, settings, carrier, pulse, on_commit))
            listener = await unless_cut_short(opening, stop, tasks)
            timers = Timers(room, pool, clock, on_commit, pulse)
            footing, prefix = listener.footing, settings.kafka_topic_prefix
            watch = Watch(pool, pulse, listener.consumer, footing.onlooker, footing.unanswered, prefix)
            loops |= {"listener": listener, "timers": timers, "watch": watch}
            tasks += [asyncio.create_task(each.run(), name=name) for name, each in loops.items()]
            stack.push_async_callback(end, tasks)  # once more: tasks end before the clients they work with
            log.info("started", profile=settings.profile, clock=settings.clock)
            await until_one_ends(stop, tasks)
        for each in loops.values():
            each.stopping.set()
        web.should_exit = True
        await asyncio.wait([each for each in tasks if each.get_name() != "relay"], timeout=GRACE_SECONDS)
        relay.stop()
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        complain_of_the_dead(tasks)


async def _recall(recall: Recall) -> None:
    """Until then nobody is answered but probes. A broker that does not answer about all of our own topics is waited for."""
    while True:
        try:
            await recall.run()
        except KafkaTimeoutError as error:
            recall.pulse.recalling = f"{NOT_HEARD}: {error}"
            log.error("own_topics_not_heard", error=str(error))
        else:
            recall.pulse.recalling = None
            return


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


def _http_config(settings: Settings, app: Any) -> uvicorn.Config:
    host, port = settings.http_host, settings.http_port
    return uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)


async def _answer(web: _Server) -> None:
    """Serve HTTP.

    Raises:
        OSError: the address is taken; uvicorn alone would end the process without a word.
    """
    try:
        await web.serve()
    except SystemExit:
        message = f"nothing can listen on {web.config.host}:{web.config.port}; set LANDFALL_HTTP_PORT to a port that is free"
        raise OSError(message) from None
    except asyncio.CancelledError:
        if web.started:
            await web.shutdown()
        raise


def _after_commit(pool: Pool, relay: Relay) -> Callable[[], Awaitable[None]]:
    """The leader of the relay wakes itself; a follower hints to whoever leads. The sweep is the truth."""

    async def after_commit() -> None:
        relay.wake()
        if not relay.leading:
            await pool.execute("select pg_notify($1, '')", WAKE)

    return after_commit


@asynccontextmanager
async def _listener(
    room: Room, settings: Settings, carrier: Carrier, pulse: Pulse, on_commit: Callable[[], Awaitable[None]]
) -> AsyncIterator[Listener]:
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
        looking = await _started(stack, onlooker(settings, room.name))
        answer = await _answering(stack, settings, room, carrier)
        stack.push_async_callback(broker.stop)
        await broker.start()
        footing = Footing(consumer(), looking, assignment, carrier.pool, pulse, compacted)
        yield Listener(
            consumer(), footing, carrier, Trying(carrier, footing, settings.batch_max_records), pulse, on_commit, answer,
            Chores([Lookout(carrier.pool, footing, pulse).look, Orders(carrier, on_commit).carry_out]),
            hurried=lambda: carrier.calendar.asked is not None, batch_max_records=settings.batch_max_records,
        )  # fmt: skip


def _limits(settings: Settings) -> Limits:
    return Limits(settings.stop_after, settings.stop_within_seconds, settings.channel_stop_after, settings.channel_stop_within_seconds)


async def _started(stack: AsyncExitStack, client: Any) -> Any:
    stack.push_async_callback(client.stop)
    await client.start()
    return client


async def _answering(stack: AsyncExitStack, settings: Settings, room: Room, carrier: Carrier) -> Callable[[], Awaitable[None]]:
    """What to do when idle: under the event clock, answer whoever asks for rest."""
    if settings.clock is ClockKind.LIVE:
        return _nothing
    sender: AIOKafkaProducer = await _started(stack, producer(settings, room.name))

    async def answer() -> None:
        await carrier.calendar.answer(carrier.pool, sender)

    return answer


async def _nothing() -> None:
    """An idle service under the live clock has nothing to say."""
