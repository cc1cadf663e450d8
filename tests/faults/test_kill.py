"""Kill -9, two hundred times, anywhere in the process tree, while posts flow: nothing lost, nothing doubled unmarked."""

from __future__ import annotations

import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from crawlers.frontier import Frontier
from crawlers.world import CHANNELS, Story
from pipeline import settings as settings_file
from pipeline.app import PARTS, STAGES, App
from pipeline.app.crew import usual
from pipeline.app.parts import parts
from pipeline.app.replay import replay
from pipeline.cli.demo_check import Inbox
from pipeline.ledger import tables
from pipeline.model import Op, post_id
from pipeline.settings import Settings
from tests.faults.desks import notices, untold
from tests.live import LiveDesk, a_live_desk, eventually, free_port, kill

KILLS = 2000 if os.environ.get("NIGHTLY_SOAK") else 200
SEED, RATE, SPEED = 7, 4.0, 60.0
PAUSE_S = (0.02, 0.35)
TREE_SHARE = 0.05  # of the kills hit the tree itself, and with it all parts at once

Alerted = set[tuple[str, tuple[str, ...]]]


def a_config(folder: Path, inbox: str, port: int, start: datetime) -> Path:
    sources = "".join(
        f"""
[[sources]]
id = "{channel.source_id}"
connector = "demo"
class = "{channel.class_.value}"
channel = "{channel.name}"
seed = {SEED}
rate = {RATE}
speed = {SPEED}
start = "{start.isoformat()}"
"""
        for channel in CHANNELS.values()
    )
    config = folder / "yuqing.toml"
    config.write_text(
        f"""
home = "data"
log_level = "warning"
console.port = {port}
engine.batch = 32
[[receivers]]
name = "检查"
kind = "webhook"
url = "{inbox}"
{sources}
""",
        encoding="utf-8",
    )
    return config


def strike(desk: LiveDesk, chance: random.Random) -> bool:
    """Kill a part, or now and then the whole tree, at a moment that nobody chose."""
    if chance.random() < TREE_SHARE:
        desk.kill()
        desk.start()
        return True
    parts = desk.parts()
    return bool(parts) and kill(chance.choice(parts))


def told(app: App) -> Iterator[dict[str, object]]:
    """Yield what intake put on the bus, each post once."""
    seen: set[tuple[str, str, str]] = set()
    start = app.bus.since("posts", datetime(1970, 1, 1, tzinfo=UTC))
    for delivery in app.bus.browse("posts", start, 1_000_000):
        post = json.loads(delivery.value)
        key = (post["id"], post["rev"], post.get("op", ""))
        if key not in seen:
            seen.add(key)
            yield post


def expected_posts(settings: Settings, start: datetime) -> set[str]:
    """Return the ids of all posts that the story told from *start* up to each source's last finished visit."""
    frontier = Frontier(settings.home / "frontier.db")
    story = Story(SEED, start, RATE, SPEED)
    ids: set[str] = set()
    for channel in CHANNELS.values():
        until = datetime.fromisoformat(json.loads(frontier.standing(channel.source_id).cursor)["until"])
        for raw in story.between(start, until, channel.name):
            if raw.op is Op.UPSERT:
                ids.add(post_id(raw.platform or channel.source_id, raw.native_id))
    frontier.close()
    return ids


def expected_alerts(settings: Settings, posts: list[dict[str, object]], folder: Path) -> Alerted:
    file = folder / "told.jsonl"
    file.write_text("".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts), encoding="utf-8")
    return {(line.rule, line.group) for line in replay([file], settings) if line.reason == "first"}


def assert_told(alerted: Alerted, expected: Alerted, app: App) -> None:
    """Hold what people heard to what a rehearsal says.

    Of two rules that are merged (``suppress``) the first speaks for both, and which one is first depends on who was
    faster: what is missing must have been merged into what people heard, and what came besides may be merged.
    """
    assert alerted
    assert expected - alerted <= merged(app, alerted)
    rules = app.rulebook.by_id
    spoken = {rule for rule, _ in alerted & expected}
    besides = alerted - expected
    assert {one for one in besides if not spoken & {other.inhibited_by for other in rules[one[0]].suppress}} == set()


def merged(app: App, alerted: Alerted) -> Alerted:
    """Return what the ledger says was merged into something that people heard."""
    heard = {n.alert.id for n in notices(app) if (n.alert.rule, n.alert.group) in alerted}
    with app.ledger.transaction() as connection:
        spells = [json.loads(body) for (body,) in connection.execute(sa.select(tables.episode.c.body))]
    return {
        (spell["told"]["rule"], tuple(spell["told"]["group"]))
        for spell in spells
        if "hush" in spell and spell["hush"]["action"] == "merge" and spell["hush"]["by"] in heard
    }


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(20260310)
    start = datetime.now(UTC).replace(microsecond=0)
    port = free_port()
    with Inbox() as inbox:
        config = a_config(tmp_path, inbox.url, port, start)
        settings = settings_file.read(config)
        with a_live_desk(config, port) as desk:
            assert eventually(lambda: len(desk.parts()) == len(parts(settings, usual(settings, PARTS))))
            struck = 0
            while struck < KILLS:
                time.sleep(chance.uniform(*PAUSE_S))
                struck += strike(desk, chance)
            assert eventually(desk.healthy, within_s=60), desk.log()[-3000:]
            time.sleep(3)  # a few more posts, collected by parts that have just come back

        with a_live_desk(config, port, *STAGES, "send"):
            app = App(settings)
            reads = [(name, app.stage(name).reads) for name in STAGES]
            assert eventually(lambda: not any(app.bus.lag(name, topic) for name, topic in reads), within_s=120)
            # A first message may have to wait for its rule's group_wait: only then is silence an answer.
            assert eventually(lambda: not any(untold(notice) for notice in notices(app)), within_s=90)
            assert eventually(lambda: not app.desk.health().waiting, within_s=150), app.desk.health()

        posts = list(told(app))
        wanted = expected_posts(settings, start)
        deleted = {str(post["id"]) for post in posts if post.get("op") == "delete"}
        indexed = {id_ for id_ in wanted if app.index.get(id_) is not None}
        assert len(wanted) > 300
        assert wanted - deleted <= indexed
        # The world may count the likes of a post that it told before the desk first looked: that one is not ours.
        written = {str(post["id"]) for post in posts if post.get("op", "upsert") == "upsert"}
        assert app.index.count() == len(written - deleted)

        copies = defaultdict(list)
        for one in inbox.received:
            copies[one.body["id"]].append(one.body["resend"])
        assert all(not marks[0] or len(marks) == 1 for marks in copies.values())
        assert all(all(marks[1:]) for marks in copies.values()), "a second copy came without its mark"
        alerted = {
            (one.body["rule"], tuple(one.body["group"])) for one in inbox.received if one.body["reason"] == "first"
        }
        assert_told(alerted, expected_alerts(settings, posts, tmp_path), app)
        app.close()
