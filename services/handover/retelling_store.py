"""The SQL of telling a force again: whom to lock, and who asked for it."""

from uuid import UUID

from chassis.database import Transaction

# Only finds; what is told is decided on the handovers as they are read once their cases are locked.
ASKED_ABOUT = """
select record_id from handover
where force = $1 and state in ('offered', 'accepted', 'withdrawn') and record_id > $2
order by record_id limit $3
"""

SAVE = "insert into retelling (asked_by, reason, force, notices, withdrawals) values ($1, $2, $3, $4, $5)"


async def asked_about(tx: Transaction, force: str, after: UUID, limit: int) -> list[UUID]:
    """At most `limit` records above `after`, in order, about which this force was asked and has neither declined nor taken over."""
    return [row["record_id"] for row in await tx.fetch(ASKED_ABOUT, force, after, limit)]


async def save(  # noqa: PLR0913 - one row, column by column
    tx: Transaction, asked_by: str, reason: str, force: str, notices: int, withdrawals: int
) -> None:
    await tx.execute(SAVE, asked_by, reason, force, notices, withdrawals)
