"""What the bus on Kafka keeps by either client, beside the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from pipeline.bus import Bus, Delivery, Message, kafka_url
from pipeline.bus.kafka import KafkaBus
from pipeline.bus.kafka_admin import Admin, Wanted
from pipeline.errors import Overtaken, Unavailable
from tests.contracts.bus import NOON, DealingBusContract, drain, messages, share, words
from tests.live import eventually, nightly
from tests.servers.kafka import KafkaCluster, SecureKafka

FOREVER = Wanted(retention=timedelta(days=3650))


class KafkaCases(DealingBusContract):
    """Subclass, and say which *kind* of bus it is."""

    kind: type[KafkaBus]

    @pytest.fixture(autouse=True)
    def _place(self, kafka: KafkaCluster) -> None:
        self.address = kafka_url.read(f"kafka://{kafka.bootstrap}/{uuid4().hex[:8]}")

    @contextmanager
    def open(self) -> Iterator[Bus]:
        bus = self.kind(self.address, FOREVER, name="tests", clock=lambda: self.now)
        yield bus
        bus.close()

    def test_positions_of_another_prefix_are_not_ours(self, bus: Bus) -> None:
        assert bus.id.startswith("kafka-")
        assert bus.id.endswith(f"-{self.address.prefix}")

    def test_trimming_keeps_what_a_group_has_still_to_read(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二"))
        consumer = bus.consumer("g", "t")
        consumer.poll(1, wait_s=0.2)
        consumer.commit()
        self.now += timedelta(days=8)

        assert bus.trim("t", self.now) == 1
        assert bus.trim("t", self.now) == 0

        assert words(drain(consumer)) == ["二"]

    def test_trimming_does_not_wait_for_readers_of_a_longer_prefix(self, bus: Bus) -> None:
        bus.publish("t", messages("一"))
        for place in (bus, other := self.kind(replace(self.address, prefix=f"{self.address.prefix}.trial"), FOREVER)):
            place.publish("t", messages("二"))
            consumer = place.consumer("g", "t")
            drain(consumer)
            consumer.commit()
        self.now += timedelta(days=8)

        assert bus.trim("t", self.now) == 2
        other.close()

    def test_browsing_is_by_pages_and_from_what_is_still_there(self, bus: Bus) -> None:
        bus.publish("t", [Message(f"k{number}", b"%d" % number) for number in range(30)])
        at = dict.fromkeys(bus.end("t"), 0)
        pages = []
        while page := bus.browse("t", at, 7):
            at |= {delivery.partition: delivery.offset + 1 for delivery in page}
            pages.append(page)

        assert sorted(int(d.value) for page in pages for d in page) == list(range(30))
        assert all(len(page) <= 7 for page in pages)
        assert list(bus.browse("t", {}, 7)) == []

    def test_one_without_a_name_joins_as_a_stranger(self) -> None:
        bus = self.kind(self.address, FOREVER)
        bus.publish("t", messages("一", "二"))
        first = bus.consumer("g", "t")
        first.poll(1, wait_s=1)
        first.commit()
        first.close()

        assert words(drain(bus.consumer("g", "t"))) == ["二"]
        bus.close()

    def test_who_was_thrown_out_hears_of_it_and_comes_back(self, bus: Bus) -> None:
        bus.publish("t", messages("一", "二"))
        consumer = bus.consumer("g", "t")
        assert len(drain(consumer)) == 2
        self.throw_out(consumer)

        with pytest.raises(Overtaken):
            consumer.commit()
        consumer.rewind()

        assert words(drain(consumer)) == ["一", "二"]
        consumer.commit()
        assert bus.lag("g", "t") == 0

    def throw_out(self, consumer: object) -> None:
        """Take a member out of its group, as the group does with one that is silent for too long."""
        member = consumer._member  # type: ignore[attr-defined]
        admin = Admin(self.address, FOREVER)
        admin.dismiss(self.address.named("g", "t"), member.id, "tests-0")
        admin.close()

    @nightly  # a rebalance with a member of the other kind was seen to begin anew for minutes
    def test_two_kinds_of_client_share_one_group(self, bus: Bus) -> None:
        from pipeline.bus.confluent import ConfluentBus

        other_kind = KafkaBus if self.kind is ConfluentBus else ConfluentBus
        other = other_kind(self.address, FOREVER, name="others")
        bus.publish("t", [Message(f"k{n}", b"%d" % n) for n in range(20)])
        other.publish("t", [Message(f"k{n}", b"%d" % (n + 20)) for n in range(20)])
        one, two = bus.consumer("g", "t", member=0, of=2), other.consumer("g", "t", member=1, of=2)
        read: list[Delivery] = []

        def all_is_read() -> bool:
            for consumer in (one, two):
                try:
                    read.extend(consumer.poll(10, wait_s=0.05))
                    consumer.commit()
                except Overtaken:
                    consumer.rewind()
            return len({d.value for d in read}) == 40 and bool(one.positions) and bool(two.positions)

        assert eventually(all_is_read)
        partitions = {key: {d.partition for d in read if d.key == key} for key in {d.key for d in read}}
        assert all(len(of_key) == 1 for of_key in partitions.values()), "a key is in one partition, whoever wrote it"
        other.close()

    @pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    def test_a_broker_behind_tls_and_a_login_is_a_bus_too(self, kafka_secure: SecureKafka, mechanism: str) -> None:
        login = f"{kafka_secure.user}:{kafka_secure.password}@{kafka_secure.bootstrap}"
        bus = self.kind(kafka_url.read(f"kafkas://{login}/{uuid4().hex[:8]}?sasl={mechanism}&ca={kafka_secure.ca}"))
        bus.publish("t", messages("一"))

        assert words(drain(bus.consumer("g", "t"))) == ["一"]
        bus.close()

    def test_tls_and_a_login_go_one_without_the_other(self, kafka_secure: SecureKafka) -> None:
        login = f"{kafka_secure.user}:{kafka_secure.password}@"
        urls = f"kafkas://{kafka_secure.tls_only}/a?ca={kafka_secure.ca}", f"kafka://{login}{kafka_secure.login_only}/b"
        for url in urls:
            bus = self.kind(kafka_url.read(url))
            bus.publish(uuid4().hex, messages("一"))
            bus.close()

    def test_who_is_not_let_in_says_so(self, kafka_secure: SecureKafka) -> None:
        refused = f"kafka://{kafka_secure.user}:wrong@{kafka_secure.login_only}", f"kafkas://{kafka_secure.tls_only}"
        for url in refused:
            bus = self.kind(kafka_url.read(url))
            with pytest.raises(Unavailable, match="不可用"):
                bus.publish("t", messages("一"))
            bus.close()

    def test_while_the_broker_is_away_all_say_so_and_work_again_after(
        self, own_kafka: Callable[[int], KafkaCluster]
    ) -> None:
        cluster = own_kafka(1)
        bus = self.kind(kafka_url.read(f"kafka://{cluster.bootstrap}"), FOREVER, name="tests")
        bus.publish("t", messages("一"))
        consumer = bus.consumer("g", "t")
        (read,) = share([consumer], until=1)
        cluster.stop()

        fresh = self.kind(kafka_url.read(f"kafka://{cluster.bootstrap}"), FOREVER)
        asked: list[Callable[[], object]] = [
            lambda: bus.publish("t", messages("二")),
            lambda: bus.lag("g", "t"),
            lambda: bus.end("t"),
            lambda: bus.browse("t", {0: 0}, 1),
            lambda: bus.since("t", NOON),
            lambda: bus.trim("t", NOON),
            lambda: fresh.id,
            lambda: fresh.consumer("g2", "t").poll(1, wait_s=0.1),
            lambda: consumer.poll(1, wait_s=0.1),
        ]
        with ThreadPoolExecutor(len(asked)) as pool:
            answers = [pool.submit(ask) for ask in asked]
            for answer in answers:
                assert isinstance(answer.exception(timeout=30), Unavailable)

        cluster.start()
        assert words(read) == ["一"]
        bus.publish("t", messages("三"))
        consumer.rewind()
        (again,) = share([consumer], until=bus.lag("g", "t"))
        assert [word for word in dict.fromkeys(words(again)) if word != "二"] == ["一", "三"]
        assert fresh.id == bus.id
        bus.close()
        fresh.close()
