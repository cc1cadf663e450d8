from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.bus import Message
from pipeline.settings import Settings
from tests.pipeline.cli.terminal import Terminal


@pytest.fixture
def broken(tmp_path: Path) -> App:
    """A desk that met a message which is none, among the posts and among the analysed."""
    app = App(Settings(home=tmp_path / "data"))
    for topic, stage in (("posts", "analyse"), ("analysed", "match")):
        app.bus.publish(topic, [Message("k", b'{"text": "geheim"}')])
        worker = app.worker(stage)
        while worker.step().read:
            pass
        worker.close()
    return app


def test_what_was_set_aside_is_listed_by_topic_without_its_words(yuqing: Terminal, broken: App) -> None:
    rows = yuqing("dead", "--format", "json").json
    assert [(row["topic"], row["stage"]) for row in rows] == [("posts", "analyse"), ("analysed", "match")]
    assert "geheim" not in str(rows)
    assert [row["topic"] for row in yuqing("dead", "list", "analysed", "--format", "json").json] == ["analysed"]
    assert "analyse" in yuqing("dead").out


def test_replaying_one_topic_leaves_the_others_and_does_it_once(yuqing: Terminal, broken: App) -> None:
    before = broken.bus.lag("analyse", "posts")
    assert "已重放 1 条" in yuqing("dead", "replay", "posts").out
    assert broken.bus.lag("analyse", "posts") == before + 1
    assert "已重放 0 条" in yuqing("dead", "replay", "posts").out
    assert [row["topic"] for row in yuqing("dead", "--format", "json").json] == ["analysed"]


def test_an_empty_desk_has_nothing_set_aside(yuqing: Terminal) -> None:
    assert "没有被搁置的消息" in yuqing("dead").out
    assert "已重放 0 条" in yuqing("dead", "replay").out


def test_a_topic_or_a_verb_that_does_not_exist_is_told(yuqing: Terminal) -> None:
    done = yuqing("dead", "list", "post")
    assert done.code == 2
    assert "posts understood analysed matches signals outbox" in done.err
    assert yuqing("dead", "burn").code == 2
