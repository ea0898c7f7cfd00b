"""A way to PostgreSQL that can be cut, or on which the answer to a COMMIT gets lost: the server did it, and the client never hears so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit, urlunsplit

from chassis.database import Transaction
from tests.chassis.house import House

CHUNK = 65_536
OURS = "select inet_client_port()"


@dataclass
class Way:
    """`doomed` are connections, by their port at the server, whose next commit is done, not answered. `refused` came while it was cut."""

    host: str
    port: int
    doomed: set[int] = field(default_factory=set)
    lost: int = 0
    cut: bool = False
    refused: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def lose_the_answer_to(self, tx: Transaction) -> None:
        """That transaction will be committed, and whoever commits it will not know."""
        self.doomed.add(await tx.fetchval(OURS))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody gets through, and who was through is cut off."""
        self._cut_off()
        yield
        self.cut = False

    async def go_down(self, tx: Transaction) -> None:
        """The same, over what that transaction asks, until somebody says otherwise."""
        self._cut_off()
        await tx.execute("select 1")

    def _cut_off(self) -> None:
        self.cut = True
        for each in self.writers:
            each.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        if self.cut:
            self.refused += 1
            writer.transport.abort()
            return
        from_server, to_server = await asyncio.open_connection(self.host, self.port)
        port = to_server.get_extra_info("sockname")[1]
        back = asyncio.create_task(_pass_on(from_server, writer))
        self.writers.add(writer)
        try:
            while words := await reader.read(CHUNK):
                ending = port in self.doomed and b"COMMIT" in words
                if ending:
                    back.cancel()
                    await asyncio.wait([back])
                to_server.write(words)
                if ending:
                    await from_server.read(CHUNK)
                    self.lost += 1
                    return
        finally:
            back.cancel()
            self.writers.discard(writer)
            for each in (writer, to_server):
                each.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while words := await reader.read(CHUNK):
            writer.write(words)
        writer.close()


@asynccontextmanager
async def on_a_way_of_its_own(house: House) -> AsyncIterator[tuple[House, Way]]:
    """The same house, whose service reaches its database by that way alone."""
    parts = urlsplit(house.database.url)
    assert parts.hostname is not None
    assert parts.port is not None
    way = Way(parts.hostname, parts.port)
    async with await asyncio.start_server(way.carry, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        url = urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))
        yield replace(house, database=replace(house.database, url=url)), way
