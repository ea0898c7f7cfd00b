"""Where a service is put together, started, watched and stopped in order: probes come first; it listens first to stop, and relays last."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import structlog
from aiokafka.errors import KafkaTimeoutError

from chassis.calendar import Calendar
from chassis.carry import Carrier
from chassis.clock import clock_of
from chassis.database import Pool, open_pool
from chassis.http import application
from chassis.inputs import open_inputs
from chassis.leadership import WAKE
from chassis.leash import hold
from chassis.parts import CutShortError, Loop, complain_of_the_dead, end, unless_cut_short, until_one_ends
from chassis.pulse import Pulse
from chassis.recall import HEARS, NOT_HEARD, Recall
from chassis.relay import Relay
from chassis.room import Room
from chassis.settings import Settings, read_settings
from chassis.stops import limits_of
from chassis.telemetry import configure_logs
from chassis.timers import Timers
from chassis.vault import check_keys
from chassis.watch import Watch
from chassis.web import answer, server_of

GRACE_SECONDS = 8.0

log = structlog.get_logger()


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
        calendar = Calendar(room, clock, settings.kafka_topic_prefix, pulse.fell_due)
        carrier = Carrier(room, pool, clock, calendar, settings.kafka_topic_prefix, limits_of(settings))
        relay = Relay(settings, room.name, pulse)
        on_commit = _after_commit(pool, relay)
        pulse.recalling = HEARS
        server = server_of(settings, application(room, settings, pool, clock, pulse, on_commit))
        tasks, loops = [asyncio.create_task(answer(server), name="http")], dict[str, Loop]()
        stack.push_async_callback(end, tasks)
        with suppress(CutShortError):
            await unless_cut_short(_recall(Recall(room, settings, carrier, pulse)), stop, tasks)
            tasks.append(asyncio.create_task(relay.run(), name="relay"))
            opening = stack.enter_async_context(open_inputs(room, settings, carrier, pulse, on_commit))
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
        server.should_exit = True
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


def _after_commit(pool: Pool, relay: Relay) -> Callable[[], Awaitable[None]]:
    """The leader of the relay wakes itself; a follower hints to whoever leads. The sweep is the truth."""

    async def after_commit() -> None:
        relay.wake()
        if not relay.leading:
            await pool.execute("select pg_notify($1, '')", WAKE)

    return after_commit
