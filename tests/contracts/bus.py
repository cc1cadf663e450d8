"""What every bus promises. An adapter's tests subclass ``BusContract`` and say how to open one."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.bus import Bus, Consumer, Delivery, Message, Positions
from pipeline.bus.sqlite import SqliteConsumer
from pipeline.errors import Overtaken
from tests.live import eventually

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def messages(*words: str, key: str = "k") -> list[Message]:
    return [Message(key, word.encode()) for word in words]


def words(deliveries: list[Delivery]) -> list[str]:
    return [delivery.value.decode() for delivery in deliveries]


def drain(consumer: Consumer, most: int = 100) -> list[Delivery]:
    """Read until nothing more comes, once the group has let the reader in."""
    patience_s = 0.0 if isinstance(consumer, SqliteConsumer) else 0.2  # what is in a file is there at once
    found: list[Delivery] = []
    for _ in range(100):
        if consumer.positions:
            break
        found += consumer.poll(most, wait_s=0.2)
    while batch := consumer.poll(most, patience_s):
        found += batch
    return found


def settle(bus: Bus, *members: Consumer) -> None:
    """Poll in turn until all of topic "t" is dealt out, and each member has a part. Nothing may be there to read."""
    everything = sorted(bus.end("t"))
    for _ in range(200):
        assert not [d for member in members for d in member.poll(1, wait_s=0.1)]
        dealt = sorted(partition for member in members for partition in member.positions)
        if dealt == everything and all(member.positions for member in members):
            return
    raise AssertionError("the partitions were never dealt out")


def share(members: Sequence[Consumer], until: int, most: int = 100) -> list[list[Delivery]]:
    """Poll in turn until the members have read *until* messages together; return what each has read."""
    shares: list[list[Delivery]] = [[] for _ in members]
    for _ in range(200):
        for member, mine in zip(members, shares, strict=True):
            mine += member.poll(most, wait_s=0.1)
        if sum(map(len, shares)) >= until:
            break
    return shares


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

    def test_lines_travel_together_and_each_key_stays_in_order(self, bus: Bus) -> None:
        sent = [Message(f"k{number % 7}", str(number).encode()) for number in range(40)]
        bus.publish("t", sent, as_lines=True)
        bus.publish("t", [Message(f"k{number % 7}", str(number).encode()) for number in range(40, 80)])

        read = drain(bus.consumer("g", "t"))

        lines = [line for delivery in read for line in delivery.lines()]
        assert sorted(int(line.value) for line in lines) == list(range(80))
        assert len(read) < 60
        for key in range(7):
            numbers = [int(line.value) for line in lines if int(line.value) % 7 == key]
            assert numbers == sorted(numbers)

    def test_lines_go_where_they_would_have_gone_alone(self, bus: Bus) -> None:
        sent = [Message(f"k{number}", str(number).encode()) for number in range(60)]
        bus.publish("t", sent)
        bus.publish("t", sent, as_lines=True)

        places = Counter(
            (delivery.partition, line.value) for delivery in drain(bus.consumer("g", "t")) for line in delivery.lines()
        )

        assert set(places.values()) == {2}

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
        members = [bus.consumer("g", "t", member=member, of=2) for member in (0, 1)]
        settle(bus, *members)
        bus.publish("t", [Message(f"k{number % 11}", str(number).encode()) for number in range(110)])

        shares = share(members, until=110, most=7)

        assert all(shares)
        assert sorted(int(d.value) for share in shares for d in share) == list(range(110))
        assert not {d.key for d in shares[0]} & {d.key for d in shares[1]}

    def test_members_that_committed_apart_can_become_one(self, bus: Bus) -> None:
        one, two = (bus.consumer("g", "t", member=member, of=2) for member in (0, 1))
        settle(bus, one, two)
        bus.publish("t", [Message(f"k{number}", str(number).encode()) for number in range(30)])
        done = drain(one)
        one.commit()
        one.close()
        two.close()

        rest = drain(bus.consumer("g", "t"), most=4)

        assert done
        assert sorted(int(d.value) for d in [*done, *rest]) == list(range(30))

    def test_who_keeps_positions_elsewhere_is_asked_and_obeyed(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二", "三"))
        first = bus.consumer("g", "t")
        second = first.poll(2, wait_s=0.2)[-1]
        first.commit()
        first.close()
        asked: list[Positions] = []

        def recall() -> Positions:
            asked.append({second.partition: second.offset})
            return asked[-1]

        consumer = bus.consumer("g", "t", recall=recall)

        assert words(drain(consumer)) == ["二", "三"]
        assert asked
        consumer.rewind()
        assert words(drain(consumer)) == ["二", "三"]

    def test_an_empty_answer_means_that_there_was_nothing(self, bus: Bus) -> None:
        consumer = bus.consumer("g", "t")
        for number in range(20):
            bus.publish("t", [Message(f"k{number}", str(number).encode())])

            assert [int(d.value) for d in consumer.poll(10, wait_s=0)] == [number]

    def test_a_large_batch_is_as_good_as_many_small_ones(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number % 100}", b"%d" % number + b" " * 500) for number in range(20_000)])

        read = drain(bus.consumer("g", "t"), most=1000)

        assert sorted(int(d.value) for d in read) == list(range(20_000))

    def test_a_large_message_travels(self, bus: Bus) -> None:
        large = Message("k", bytes(range(256)) * 4096 * 2)
        bus.publish("t", [*messages("前"), large, *messages("后")])

        read = drain(bus.consumer("g", "t"))

        assert [d.value for d in read] == ["前".encode(), large.value, "后".encode()]

    def test_threads_may_publish_at_the_same_time(self, bus: Bus) -> None:
        def write(name: str) -> None:
            for number in range(30):
                bus.publish("t", [Message(name, f"{name}{number}".encode())])

        writers = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙"]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        read = words(drain(bus.consumer("g", "t")))

        for name in "甲乙丙":
            assert [word for word in read if word[0] == name] == [f"{name}{number}" for number in range(30)]

    def test_members_that_never_wait_get_their_share_too(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number}", b"") for number in range(40)])
        members = [bus.consumer("g", "t", member=member, of=2) for member in (0, 1)]
        read: set[tuple[int, int]] = set()

        def poll_all() -> bool:
            for member in members:
                try:
                    read.update((d.partition, d.offset) for d in member.poll(100, wait_s=0.0))
                    member.commit()
                except Overtaken:
                    member.rewind()
            return len(read) == 40 and all(member.positions for member in members)

        assert eventually(poll_all)

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


class DealingBusContract(BusContract):
    """What a bus promises besides that deals out partitions to whoever is there."""

    def test_one_who_stays_gets_the_work_of_one_who_leaves(self, bus: Bus) -> None:
        one, two = (bus.consumer("g", "t", member=member, of=2) for member in (0, 1))
        settle(bus, one, two)
        two.close()
        settle(bus, one)
        bus.publish("t", [Message(f"k{number}", str(number).encode()) for number in range(30)])

        (read,) = share([one], until=30)

        assert sorted(int(d.value) for d in read) == list(range(30))
        assert one.positions.keys() == bus.end("t").keys()

    def test_recall_is_asked_each_time_that_partitions_become_ours(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number}", str(number).encode()) for number in range(30)])
        ends = bus.end("t")
        asked = []

        def recall() -> Positions:
            asked.append(1)
            return ends

        one, two = (bus.consumer("g", "t", member=member, of=2, recall=recall) for member in (0, 1))
        settle(bus, one, two)
        so_far = len(asked)
        two.close()
        settle(bus, one)

        assert len(asked) > so_far >= 2
        assert one.positions == ends

    def test_what_went_to_another_is_not_committed(self, bus: Bus) -> None:
        one = bus.consumer("g", "t", member=0, of=2)
        bus.publish("t", [Message(f"k{number}", str(number).encode()) for number in range(30)])
        assert len(drain(one)) == 30

        two = bus.consumer("g", "t", member=1, of=2)
        taken = share([two, one], until=1)[0]
        with pytest.raises(Overtaken):
            one.commit()
        one.rewind()
        rest = drain(one)

        assert taken
        assert bus.lag("g", "t") == 30
        again = [*taken, *drain(two), *rest]
        assert sorted(int(d.value) for d in again) == list(range(30))

    def test_keys_stay_in_order_over_a_rebalance(self, bus: Bus) -> None:
        members = [bus.consumer("g", "t", member=0, of=2)]
        read: list[Delivery] = []
        for number in range(60):
            bus.publish("t", [Message(f"k{n}", b"%d" % number) for n in range(16)])
            if number == 20:
                members.append(bus.consumer("g", "t", member=1, of=2))
            if number == 40:
                members.pop().close()
            for member in members:
                read += self.commit_read(member)
        for _ in range(100):
            read += self.commit_read(members[0])
            if len({(d.key, d.value) for d in read}) == 60 * 16:
                break

        for key in {d.key for d in read}:
            first_seen = list(dict.fromkeys(int(d.value) for d in read if d.key == key))
            assert first_seen == list(range(60))
        assert max(Counter((d.partition, d.offset) for d in read).values()) == 1, (
            "what is committed does not come again"
        )

    def commit_read(self, member: Consumer) -> list[Delivery]:
        """Poll and commit; what could not be committed counts as unread, as it does for a stage."""
        read = list(member.poll(50, wait_s=0.05))
        try:
            member.commit()
        except Overtaken:
            member.rewind()
            return []
        return read
