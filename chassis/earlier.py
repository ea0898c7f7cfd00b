"""Where each partition stood about a minute ago: what lies before that place shows whether its topic was made again and outgrew it."""

from collections.abc import Container, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import agreement
from chassis.agreement import Comparison
from chassis.database import Pool, Transaction, columns
from chassis.place import Place

MADE_AGAIN = "the topic was re-created, truncated or restored while it was read: not all that lies before the stored place was applied"

# Not where an operator has moved the place since: what lay before the old one is another story then.
READ = """
select topic, partition, earlier_place.next, earlier_place.last_digest, moves
from earlier_place join unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as standing (topic, partition, next, moves)
    using (topic, partition, moves)
where earlier_place.next <= standing.next
"""

# What stands still is not written again, and who was slow takes nothing back.
KEEP = """
insert into earlier_place (topic, partition, next, last_digest, moves)
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::bigint[])
on conflict (topic, partition) do update set next = excluded.next, last_digest = excluded.last_digest, moves = excluded.moves
where (earlier_place.moves, earlier_place.next) < (excluded.moves, excluded.next)
"""


async def read(pool: "Pool | Transaction", places: Mapping[TopicPartition, Place]) -> dict[TopicPartition, Place]:
    """Of these stored places the earlier ones that they were read on from."""
    standing = [(each.topic, each.partition, at.next, at.moves) for each, at in sorted(places.items(), key=lambda item: item[0])]
    rows = await pool.fetch(READ, *columns(standing, 4))
    return {TopicPartition(row["topic"], row["partition"]): Place(row["next"], row["last_digest"], None, row["moves"]) for row in rows}


async def keep(pool: "Pool | Transaction", places: Mapping[TopicPartition, Place]) -> None:
    """These are the earlier ones from now on; one before which nothing was read says nothing."""
    rows = [(*each, at.next, at.last_digest, at.moves) for each, at in sorted(places.items(), key=lambda item: item[0]) if at.last_digest]
    await pool.execute(KEEP, *columns(rows, 5))


def another(compared: Comparison) -> list[TopicPartition]:
    """Whatever became of what was handled already, only another value there, or none, shows that the topic is another one."""
    return [each for each, why in compared.disagreeing.items() if why not in {agreement.LOST, agreement.DAMAGED}]


async def compare(
    onlooker: AIOKafkaConsumer,
    places: Mapping[TopicPartition, Place],
    compacted: Container[str] = (),
    patience_seconds: float | None = None,
) -> Comparison:
    """Which topics are others than those that were read up to these earlier places. `patience_seconds` as in `agreement.compare`."""
    once = await agreement.compare(onlooker, places, compacted, patience_seconds)
    suspects = {each: places[each] for each in another(once)}
    twice = await agreement.compare(onlooker, suspects, compacted, patience_seconds)  # a value's time of keeping may just be over
    found = dict.fromkeys(another(twice), MADE_AGAIN)
    return Comparison(found, once.leaderless | twice.leaderless, once.withheld | twice.withheld)


async def compare_both(
    onlooker: AIOKafkaConsumer, pool: Pool, places: Mapping[TopicPartition, Place], compacted: Container[str] = ()
) -> Comparison:
    """Each stored place, and where it agrees the earlier one: who read up to that may have noticed nothing and be gone."""
    now = await agreement.compare(onlooker, places, compacted)
    open_yet = places.keys() - now.disagreeing.keys() - now.leaderless - now.withheld
    known = await read(pool, {each: places[each] for each in open_yet})
    before = await compare(onlooker, {each: at for each, at in known.items() if at.next < places[each].next}, compacted)
    return Comparison({**now.disagreeing, **before.disagreeing}, now.leaderless | before.leaderless, now.withheld | before.withheld)
