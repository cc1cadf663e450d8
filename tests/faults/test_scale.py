"""Many posts through Kafka, two processes a stage, some of them killed on the way: each is in the index once.

With NIGHTLY_SOAK=1 they are a million; SCALE_INDEX is the address of another index than a file. The pace is printed (``-s``); of
a million it must be half of the quarter that we say, of a loop that does nothing.
"""

from __future__ import annotations

import os
import time
import uuid
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from pipeline import settings as settings_file
from pipeline.app import App
from pipeline.app.crew import processes
from pipeline.app.status import statuses
from pipeline.bench import scale
from pipeline.index import PostIndex
from pipeline.model import Post
from pipeline.settings import Settings
from tests.live import a_live_desk, eventually, free_port, kill
from tests.servers.kafka import KafkaCluster

POSTS = int(os.environ.get("SCALE_POSTS", 1_000_000 if os.environ.get("NIGHTLY_SOAK") else 6_000))
INDEX = os.environ.get("SCALE_INDEX", "")
SMALL = min(POSTS, 20_000)  # enough for the pace of those that it is compared with
WITHIN_S = 300 + POSTS / 200


def a_config(folder: Path, bus: str) -> Path:
    config = folder / "yuqing.toml"
    config.write_text(
        f'home = "data"\nlog_level = "warning"\nbus.url = "{bus}"\nengine.workers = 2\nengine.batch = {scale.BATCH}\n'
        f'console.port = {free_port()}\nindex.url = "{INDEX}"\n',
        encoding="utf-8",
    )
    return config


def missing(index: PostIndex, posts: int) -> int:
    """Return how many of the invented posts the index does not have."""
    ids = (msgspec.json.decode(message.value, type=Post).id for chunk in scale.invent(posts) for message in chunk)
    return sum(index.get(id_) is None for id_ in ids)


def working(settings: Settings) -> bool:
    return statuses(settings.home).keys() >= set(processes(scale.LINE, settings))


@pytest.mark.slow
def test_every_post_is_found_once_though_workers_died_on_the_way(tmp_path: Path, kafka: KafkaCluster) -> None:
    bus = f"kafka://{kafka.bootstrap}/scale-{uuid.uuid4().hex[:8]}"
    config = a_config(tmp_path, bus)
    settings = settings_file.read(config)
    with closing(App(settings)) as app:
        app.check(scale.LINE)
        scale.publish(app.bus, "posts", POSTS)
        with a_live_desk(config, 0, *scale.LINE) as desk:
            assert eventually(lambda: app.index.count() > 0, 60), desk.log()[-3000:]
            began, there = time.perf_counter(), app.index.count()
            assert eventually(lambda: working(settings) and app.index.count() > POSTS / 4, WITHIN_S)
            assert all(kill(statuses(settings.home)[name].pid) for name in ("analyse.1", "cluster"))
            assert eventually(lambda: app.index.count() >= POSTS, WITHIN_S), (app.index.count(), desk.log()[-3000:])
            rate = (POSTS - there) / (time.perf_counter() - began)
            assert eventually(lambda: not app.backlog() and not app.bus.lag("index", "analysed"), 60)
        assert app.index.count() == POSTS
        assert missing(app.index, POSTS) == 0
        assert not [
            topic for topic in ("posts", "understood", "analysed") if sum(app.bus.end(f"{topic}.dead").values())
        ]
    embedded = scale.through({"engine": {"batch": scale.BATCH}}, SMALL)
    bare = scale.bare_loop(bus, SMALL)
    print(
        f"\n{POSTS} posts, two workers killed: {rate:.0f} posts/s; embedded {embedded:.0f} (ratio {rate / embedded:.2f}); "
        f"bare loop {bare:.0f} (ratio {rate / bare:.3f})"
    )
    assert POSTS < 1_000_000 or rate > bare / 8
