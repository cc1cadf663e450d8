"""The stages as several processes on Kafka, against one machine without it, and against a loop that does nothing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipeline import log
from pipeline.app.desk import App
from pipeline.app.parts import parts
from pipeline.bench import invented
from pipeline.bench.contest import Row, row
from pipeline.bus import Bus, Message, kafka_url
from pipeline.bus.open import open_bus
from pipeline.engine.tree import Tree
from pipeline.errors import Fault, Misconfigured, Unavailable
from pipeline.index import PostIndex
from pipeline.model import encode
from pipeline.settings import Settings
from pipeline.topics import POSTS

LINE: Final = ("analyse", "cluster", "match", "index")
"""What every post goes through; detect and notify have to do with the few that match."""
CHUNK: Final = 1_000
BATCH: Final = 500
_SELDOM: Final = 25  # times as long as looking at the index takes: whoever looks is on the same cores


def run(posts: int, rounds: int, bus_url: str, workers: int = 2) -> list[Row]:
    """Return *posts* through *workers* processes a stage on *bus_url*, as ratios. Raises Misconfigured."""
    if not bus_url.startswith("kafka://"):
        raise Misconfigured([Fault("--bus", "应写成 kafka://主机:端口", "write kafka://HOST:PORT")])
    apart, ratios, shares = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        url = f"{bus_url.rstrip('/')}/bench-{uuid.uuid4().hex[:8]}"
        rate = through({"bus": {"url": url}, "engine": {"workers": workers, "batch": BATCH}}, posts)
        apart.append(rate)
        ratios.append(rate / through({"engine": {"batch": BATCH}}, posts))
        shares.append(rate / bare_loop(url, posts))
    return [
        row("scale", apart, "1 post/s"),
        row("scale-embedded", ratios, "SQLite, 1 worker"),
        row("scale-bare", shares, "kafka-python, consume + produce"),
    ]


def invent(posts: int) -> Iterator[list[Message]]:
    """Yield *posts* different posts in chunks."""
    known = invented.names(2_000)
    for start in range(0, posts, CHUNK):
        made = invented.posts(min(CHUNK, posts - start), start + 1, known)
        yield [Message(post.key, encode(post)) for post in made]


def publish(bus: Bus, topic: str, posts: int) -> None:
    for chunk in invent(posts):
        bus.publish(topic, chunk)


def through(tree: dict[str, object], posts: int) -> float:
    """Return how many posts a second a desk of these settings takes from the bus into its index."""
    with TemporaryDirectory(prefix="yuqing-scale-") as folder:
        settings = Settings.model_validate({**tree, "home": Path(folder)})
        app = App(settings)
        app.check(LINE)
        publish(app.bus, POSTS, posts)
        desk = get_context("spawn").Process(target=_run_line, args=(settings,))
        desk.start()
        try:
            return _rate(app.index, posts, desk)
        finally:
            desk.terminate()
            desk.join()
            app.close()


def _run_line(settings: Settings) -> None:
    log.set_up("error")
    Tree(parts(settings, LINE), settings.home / "run").run()


def _rate(index: PostIndex, posts: int, desk: BaseProcess) -> float:
    """Return posts a second from the first that are found to the last: loading is not counted."""
    there = 0
    while there < posts:
        asked = time.perf_counter()
        if not there:
            began, first = asked, index.count()
        there = index.count()
        if not desk.is_alive():
            raise Unavailable("the desk ended by itself")
        time.sleep(max(0.1, _SELDOM * (time.perf_counter() - asked)))
    return (posts - first) / (time.perf_counter() - began)


def bare_loop(bus_url: str, posts: int) -> float:
    """Return how many posts a second kafka-python reads and sends on, doing nothing with them.

    As we send: lz4, acks=all, a flush and a commit for each 500.
    """
    from kafka import KafkaConsumer, KafkaProducer  # here: a desk without Kafka need not load it

    address = kafka_url.read(bus_url)
    with closing(open_bus(bus_url)) as bus:
        bus.end("bare")  # makes it
    consumer = KafkaConsumer(
        address.named(POSTS), bootstrap_servers=list(address.servers), group_id=address.named("bare"),
        enable_auto_commit=False, auto_offset_reset="earliest",
    )  # fmt: skip
    producer = KafkaProducer(bootstrap_servers=list(address.servers), acks="all", compression_type="lz4", linger_ms=20)
    done, began = 0, time.perf_counter()
    while done < posts:
        records = [one for found in consumer.poll(1000, max_records=BATCH).values() for one in found]
        for record in records:
            producer.send(address.named("bare"), record.value, record.key)
        producer.flush()
        if records:
            consumer.commit()
        done += len(records)
    took_s = time.perf_counter() - began
    consumer.close()
    producer.close()
    return posts / took_s
