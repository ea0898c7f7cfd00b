"""What a service logs, and what its libraries do, is one JSON object a line and names nobody."""

import json
import subprocess
import sys

LOGS = """
import asyncio, gc, logging
import structlog
from chassis.telemetry import configure_logs

async def nobody_looks_at_it() -> None:
    async def names_somebody() -> None:
        raise ValueError("Jo Bloggs")
    task = asyncio.create_task(names_somebody())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

configure_logs("records")
structlog.get_logger().warning("held", reason="gap")
logging.getLogger("asyncpg").exception("nothing was raised")
logging.getLogger("asyncpg").warning('no "%s" here', "table")
try:
    raise KeyError("Jo Bloggs")
except KeyError:
    logging.getLogger("asyncpg").exception("it failed")
asyncio.run(nobody_looks_at_it())
"""


def test_a_line_is_a_json_object_with_the_service_and_no_text_of_an_exception() -> None:
    logged = subprocess.run([sys.executable, "-c", LOGS], check=True, capture_output=True, text=True).stderr

    lines = [json.loads(each) for each in logged.splitlines()]
    assert all(each.pop("timestamp").endswith("Z") for each in lines)
    assert lines == [
        {"service": "records", "level": "warning", "event": "held", "reason": "gap"},
        {"service": "records", "level": "error", "event": "nothing was raised", "logger": "asyncpg"},
        {"service": "records", "level": "warning", "event": 'no "table" here', "logger": "asyncpg"},
        {"service": "records", "level": "error", "event": "it failed", "logger": "asyncpg", "error": "KeyError"},
        {"service": "records", "level": "error", "event": "Task exception was never retrieved", "logger": "asyncio", "error": "ValueError"},
    ]
