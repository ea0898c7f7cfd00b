"""What a supervisor and a monitor see of a running service."""

from prometheus_client.parser import text_string_to_metric_families

from tests.chassis.house import Running, asked


async def ills(running: Running) -> list[str]:
    """Why it must be started again."""
    return list((await asked(running, "GET", "/healthz")).json()["complaints"])


async def figure(running: Running, name: str, **labels: str) -> float | None:
    """One gauge as a monitor scrapes it."""
    scraped = (await asked(running, "GET", "/metrics")).text
    found = [each for family in text_string_to_metric_families(scraped) for each in family.samples]
    return next((each.value for each in found if (each.name, each.labels) == (name, labels)), None)
