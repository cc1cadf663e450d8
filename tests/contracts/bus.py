"""What every bus promises. An adapter's tests subclass ``BusContract`` and say how to open one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.bus import Bus, Consumer, Delivery, Message

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def messages(*words: str, key: str = "k") -> list[Message]:
    return [Message(key, word.encode()) for word in words]


def words(deliveries: list[Delivery]) -> list[str]:
    return [delivery.value.decode() for delivery in deliveries]


def drain(consumer: Consumer, most: int = 100) -> list[Delivery]:
    """Read until nothing more comes."""
    found: list[Delivery] = []
    while batch := consumer.poll(most, wait_s=0.2):
        found += batch
    return found


class BusContract:
    """Subclass, and provide ``open`` (the same topics each time) and a clock that ``bus`` stamps with."""

    now: datetime = NOON

    @contextmanager
    def open(self) -> Iterator[Bus]:
        raise NotImplementedError
        yield

    @pytest.fixture
    def bus(self) -> Iterator[Bus]:
        with self.open() as bus:
            yield bus

    def test_what_is_published_is_read_in_order(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二"))
        bus.publish("t", messages("三"))

        assert words(drain(bus.consumer("g", "t"))) == ["一", "二", "三"]

    def test_publishing_nothing_is_nothing(self, bus: Bus) -> None:
        bus.publish("t", [])

        assert drain(bus.consumer("g", "t")) == []

    def test_a_reader_may_come_before_the_first_message(self, bus: Bus) -> None:
        consumer = bus.consumer("g", "t")
        assert drain(consumer) == []

        bus.publish("t", messages("一"))

        assert words(drain(consumer)) == ["一"]

    def test_any_bytes_and_any_key_travel_unchanged(self, bus: Bus) -> None:
        strange = [Message("键\x00'", b"\x00\xff\n'"), Message("", b"")]
        bus.publish("t", strange)

        read = drain(bus.consumer("g", "t"))

        assert sorted((d.key, d.value) for d in read) == sorted((m.key, m.value) for m in strange)

    def test_keys_stay_in_order_over_many_batches(self, bus: Bus) -> None:
        for number in range(40):
            bus.publish("t", [Message(f"k{number % 7}", str(number).encode())])

        read = drain(bus.consumer("g", "t"), most=3)

        for key in {d.key for d in read}:
            numbers = [int(d.value) for d in read if d.key == key]
            assert numbers == sorted(numbers)
        assert len(read) == 40

    def test_a_group_goes_on_where_it_committed(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二", "三"))
        first = bus.consumer("g", "t")
        first.poll(2, wait_s=0.2)
        first.commit()
        first.poll(1, wait_s=0.2)  # read, never committed
        first.close()

        assert words(drain(bus.consumer("g", "t"))) == ["三"]

    def test_what_was_committed_survives_a_restart(self) -> None:
        with self.open() as bus:
            bus.publish("t", messages("一", "二"))
            consumer = bus.consumer("g", "t")
            consumer.poll(1, wait_s=0.2)
            consumer.commit()
            consumer.close()
        with self.open() as bus:
            bus.publish("t", messages("三"))

            assert words(drain(bus.consumer("g", "t"))) == ["二", "三"]

    def test_rewinding_reads_again_from_the_last_commit(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二", "三"))
        consumer = bus.consumer("g", "t")
        consumer.poll(1, wait_s=0.2)
        consumer.commit()
        drain(consumer)

        consumer.rewind()

        assert words(drain(consumer)) == ["二", "三"]

    def test_a_reader_can_be_sent_to_a_position_it_had(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二", "三"))
        consumer = bus.consumer("g", "t")
        consumer.poll(1, wait_s=0.2)
        there = consumer.positions
        drain(consumer)
        consumer.commit()

        consumer.seek(there)
        assert words(drain(consumer)) == ["二", "三"]
        consumer.seek(there)
        consumer.rewind()
        assert words(drain(consumer)) == ["二", "三"]

    def test_groups_do_not_disturb_each_other(self, bus: Bus) -> None:
        bus.publish("t", messages("一"))
        reader = bus.consumer("g", "t")
        drain(reader)
        reader.commit()

        assert words(drain(bus.consumer("h", "t"))) == ["一"]
        assert drain(bus.consumer("g", "other")) == []

    def test_two_members_share_the_work_and_keep_each_key_whole(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number % 11}", str(number).encode()) for number in range(110)])

        shares = [drain(bus.consumer("g", "t", member=member, of=2), most=7) for member in (0, 1)]

        assert sorted(int(d.value) for share in shares for d in share) == list(range(110))
        assert not {d.key for d in shares[0]} & {d.key for d in shares[1]}

    def test_members_that_committed_apart_can_become_one(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number}", str(number).encode()) for number in range(30)])
        one, two = (bus.consumer("g", "t", member=member, of=2) for member in (0, 1))
        done = drain(one)
        one.commit()
        one.close()
        two.close()

        rest = drain(bus.consumer("g", "t"), most=4)

        assert sorted(int(d.value) for d in [*done, *rest]) == list(range(30))

    def test_lag_counts_what_is_not_committed(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number}", b"") for number in range(10)])
        consumer = bus.consumer("g", "t")
        assert bus.lag("g", "t") == 10

        consumer.poll(4, wait_s=0.2)
        assert bus.lag("g", "t") == 10
        consumer.commit()

        assert bus.lag("g", "t") == 6

    def test_people_can_browse_without_moving_anyone(self, bus: Bus) -> None:
        start = bus.end("t")
        bus.publish("t", messages("一", "二"))

        assert words(list(bus.browse("t", start, 10))) == ["一", "二"]
        assert bus.lag("g", "t") == 2
        assert list(bus.browse("t", bus.end("t"), 10)) == []

    def test_positions_can_be_found_by_time(self, bus: Bus) -> None:
        bus.publish("t", messages("旧"))
        self.now += timedelta(hours=1)
        bus.publish("t", messages("新"))

        assert words(list(bus.browse("t", bus.since("t", NOON + timedelta(minutes=30)), 10))) == ["新"]
        assert list(bus.browse("t", bus.since("t", NOON + timedelta(hours=2)), 10)) == []

    def test_trimming_drops_the_old_and_keeps_positions_valid(self, bus: Bus) -> None:
        bus.publish("t", messages("旧"))
        consumer = bus.consumer("g", "t")
        drain(consumer)
        consumer.commit()
        self.now += timedelta(days=8)
        bus.publish("t", messages("新"))

        assert bus.trim("t", self.now - timedelta(days=7)) == 1

        assert words(drain(consumer)) == ["新"]
        assert words(drain(bus.consumer("h", "t"))) == ["新"]
