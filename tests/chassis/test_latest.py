"""A service that reads a compacted topic: holes are normal there, going back is not, and one version has one content."""

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from chassis import offsets
from contracts.envelope import Envelope
from landfall.topics import make_topics
from tests.chassis.conftest import FreshHouse
from tests.chassis.disagreeing import halts, make_topic_again
from tests.chassis.figures import PARTITION, SUBJECT, TOPIC, dashboard, opened
from tests.chassis.house import House, Witness
from tests.chassis.tellings import figure
from tests.waiting import until

TRIED_ONCE = "insert into attempt (topic, partition, next, reach, tries) values ($1, $2, 0, 100, 1)"


async def shows(house: House, *versions: int) -> None:
    async def it_does() -> bool:
        rows = await house.owner.fetch("select version from effect where subject = $1 order by nr", SUBJECT)
        return [row["version"] for row in rows] == list(versions)

    await until(it_does, f"versions {versions} had an effect, in that order")


async def halted_there(house: House, why: str) -> None:
    async def it_is() -> bool:
        return why in (await halts(house)).get(PARTITION, "")

    await until(it_is, f"its partition halts: {why}")


@pytest.fixture
async def place(house: FreshHouse) -> House:
    found = await house("intel")
    await make_topics(found.kafka.bootstrap, [TOPIC], prefix=found.prefix)
    return found


pytestmark = pytest.mark.kafka


async def test_the_higher_replaces_and_what_a_late_writer_sends_has_no_effect(place: House) -> None:
    async with opened(place):
        await place.tell(figure(3, 3), figure(7, 7))
        await shows(place, 3, 7)
        await place.tell(figure(4, 4), figure(7, 7), figure(8, 8))
        await shows(place, 3, 7, 8)

    assert await place.held() == {}
    assert await place.fetchval("select (version, length(hashes))::text from seen") == "(8,8)"


async def test_a_reader_goes_on_from_where_it_was(place: House) -> None:
    async with opened(place):
        await place.tell(figure(3, 3))
        await shows(place, 3)
    await place.tell(figure(2, 2), figure(4, 4))

    async with opened(place):
        await shows(place, 3, 4)


async def _in_a_transaction(place: House, *told: Envelope[Any], aborted: bool = False) -> None:
    """What a transaction leaves is a hole, as compaction does."""
    writer = AIOKafkaProducer(bootstrap_servers=place.kafka.bootstrap, transactional_id=place.prefix + "writer")
    await writer.start()
    await writer.begin_transaction()
    for each in told:
        await writer.send_and_wait(place.prefix + TOPIC.name, each.to_bytes(), key=each.subject.encode())
    await (writer.abort_transaction() if aborted else writer.commit_transaction())
    await writer.stop()


async def test_a_hole_is_read_over(place: House) -> None:
    await _in_a_transaction(place, figure(1, 1))
    await _in_a_transaction(place, figure(9, 9), aborted=True)
    await place.tell(figure(2, 2))

    async with opened(place):
        await shows(place, 1, 2)
        await _in_a_transaction(place, figure(3, 3))
        await place.tell(figure(4, 4))
        await shows(place, 1, 2, 3, 4)

    assert await halts(place) == {}


@pytest.mark.parametrize("begins_with_a_hole", [False, True])
async def test_what_is_tried_alone_is_read_over_its_holes_and_nothing_is_lost(place: House, *, begins_with_a_hole: bool) -> None:
    if begins_with_a_hole:
        await _in_a_transaction(place, figure(9, 9), aborted=True)
    for version in (1, 2, 3):
        await _in_a_transaction(place, figure(version, version))
    await place.owner.execute(TRIED_ONCE, place.prefix + TOPIC.name, PARTITION)

    async with opened(place):
        await shows(place, 1, 2, 3)
        await place.tell(figure(4, 4))
        await shows(place, 1, 2, 3, 4)

    assert await place.held() == {}


# As if another instance had been quicker, or a stop had come and gone: once the second value moves no place.
KEPT_BACK = """
create table kept_back ();
create function keep_back() returns trigger language plpgsql security definer as $$
begin
    if new.next = 2 and not exists (select from kept_back) then
        insert into kept_back default values;
        return null;
    end if;
    return new;
end $$;
create trigger keep_back before update on positions for each row execute function keep_back();
"""


async def test_what_did_not_go_on_to_the_end_of_its_batch_is_read_on_from_its_place(place: House) -> None:
    await place.owner.execute(KEPT_BACK)
    await place.owner.execute(TRIED_ONCE, place.prefix + TOPIC.name, PARTITION)
    await place.tell(*[figure(version, version) for version in (1, 2, 3, 4)])

    async with opened(place, batch_max_records=2):
        await shows(place, 1, 2, 3, 4)


async def test_a_place_whose_last_value_was_compacted_away_still_fits(place: House) -> None:
    async with opened(place):
        await place.tell(figure(1, 1))
        await shows(place, 1)
    digest = "update positions set last_digest = sha256('compacted away') where partition = $1 and next = 1"
    assert await place.owner.execute(digest, PARTITION) == "UPDATE 1"
    await place.tell(figure(2, 2))

    async with opened(place):
        await shows(place, 1, 2)


async def test_a_topic_that_begins_behind_the_place_halts_what_was_read_of_it(place: House) -> None:
    async with opened(place):
        await place.tell(figure(1, 1), figure(2, 2))
        await shows(place, 1, 2)
    await make_topic_again(place, TOPIC)
    await place.tell(figure(3, 3))

    async with place.opened(dashboard()):
        await halted_there(place, offsets.BACKWARDS)

    await shows(place, 1, 2)


async def test_one_version_with_two_contents_halts(place: House) -> None:
    async with opened(place):
        await place.tell(figure(3, 3))
        await shows(place, 3)
        await place.tell(figure(4, 3))
        await halted_there(place, "version 3 of a subject came again with other content")

    await shows(place, 3)


async def test_a_figure_that_cannot_be_borne_is_held_and_what_replaces_it_is_not(place: House) -> None:
    async def bears_no_fours(batch: Any, _tx: Any) -> None:
        if any(received.fact.value == 4 for received in batch):
            message = "not a four"
            raise ValueError(message)

    async with opened(place, dashboard(Witness(and_then=bears_no_fours))):
        await place.tell(figure(3, 3), figure(4, 4), figure(5, 5))
        await shows(place, 3, 5)
        await place.tell(figure(6, 6))
        await shows(place, 3, 5, 6)

    assert await place.reasons() == ["poison"]


async def test_an_empty_value_is_malformed_as_long_as_nothing_is_erased(place: House) -> None:
    async with opened(place):
        await place.tell_raw(None, key=SUBJECT.encode(), topic=TOPIC.name)
        await place.tell(figure(1, 1))
        await shows(place, 1)

    assert await place.reasons() == ["malformed"]
