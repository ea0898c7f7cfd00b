"""No personal value stands readable in any column of the records database."""

from contracts.codes import Channel, Sender
from contracts.notifications import NotificationReceived
from tests.builders import TOLD_ON, a_conviction, a_notification, a_person, a_travel_notice, imprisoned, numbers
from tests.furniture import Desk, received

CANARIES = ("Canary", "CNRY", "CNRY4711", "FR-CNRY-4712", "0073319Z", "1969-12-29")
COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'public' and table_name <> 'migration'
"""
READABLE = {"text", "bytea", "jsonb"}


def _canary(reference: str, **conviction: object) -> NotificationReceived:
    person = a_person(
        forenames=["Canaryforename"],
        surname="Canarysurname",
        born="1969-12-29",
        identifiers=numbers(passport="CNRY4711", ecris="FR-CNRY-4712", interpol="CNRY/4713", pnc="2002/0073319Z"),
    )
    return a_notification(reference, person=person, conviction=a_conviction(**conviction))  # type: ignore[arg-type]  # passed on as they are


async def _readable(records: Desk) -> str:
    """All that anybody could read who has the database, whatever its encoding."""
    found: list[str] = []
    for table, column, kind in await records.pool.fetch(COLUMNS):
        if kind in READABLE:
            values = await records.pool.fetch(f'select "{column}"::{"bytea" if kind == "bytea" else "text"} as value from "{table}"')  # noqa: S608 - names from the catalogue
            found += [str(row["value"]) if kind != "bytea" else (row["value"] or b"").decode("latin-1") for row in values]
    return "\n".join(found).casefold()


async def test_no_personal_value_stands_readable_in_the_database(records: Desk) -> None:
    accepted, referred = _canary("CANARYREF-1"), _canary("CANARYREF-2", sanctions=[imprisoned(9, suspended=True)])
    refused = a_notification("CANARYREF-3", receiving_state="LU", person=accepted.person)
    matched = a_travel_notice("CANARYREF-4", identifiers=numbers(passport="CNRY4711"), born="1969-12-29", port="CNRY")
    unknown = a_travel_notice("CANARYREF-5", identifiers=numbers(passport="CNRY9999"), port="CNRY")

    await records.hear(*(received(each, TOLD_ON, Channel.UK_CRIS) for each in (accepted, referred, refused)))
    await records.hear(received(accepted.model_copy(update={"reference": "CANARYREF-6"}), TOLD_ON, Channel.USA))
    await records.hear(*(received(each, TOLD_ON, Sender.CARRIERS) for each in (matched, unknown)))

    readable = await _readable(records)
    states = {row["state"] for row in await records.pool.fetch("select state from notification")}
    assert states == {"accepted", "referred", "refused", "duplicated"}
    assert "notification-accepted" in readable
    assert [each for each in CANARIES if each.casefold() in readable] == []
