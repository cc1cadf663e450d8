"""The stage hands what it read to the index, all of it or none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import log, topics
from pipeline.bus import Delivery
from pipeline.errors import Rejected
from pipeline.index import IndexStatus, open_index
from pipeline.index.sqlite import SqliteIndex
from pipeline.index.stage import IndexStage
from pipeline.model import encode
from pipeline.stage import Stage
from tests.contracts.index_posts import a_post

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def delivered(*values: bytes) -> list[Delivery]:
    return [Delivery(topics.ANALYSED, 0, offset, "", value) for offset, value in enumerate(values)]


def test_a_batch_is_searchable_when_process_returns_and_a_repeat_is_harmless(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path / 'index.db'}")
    stage: Stage = IndexStage(index)
    batch = delivered(encode(a_post("a", "停水")), encode(a_post("b", "停电")))

    assert list(stage.process(batch, NOW)) == list(stage.process(batch, NOW)) == list(stage.tick(NOW)) == []

    assert (index.count(), index.search("停水").total) == (2, 1)
    assert (stage.reads, stage.writes) == (topics.ANALYSED, None)
    stage.close()


def test_where_all_is_read_the_index_is_tidied(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path / 'index.db'}")
    stage = IndexStage(index)
    for number in range(40):
        stage.process(delivered(encode(a_post(f"p{number}"))), NOW)

    for _ in range(10):
        stage.tick(NOW)

    with sqlite3.connect(tmp_path / "index.db") as db:
        (pieces,) = db.execute("select count(distinct segid) from grams_idx").fetchone()
    db.close()
    assert pieces < 16
    stage.close()


def test_a_message_that_is_no_post_is_rejected_and_nothing_of_its_batch_is_stored(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path / 'index.db'}")

    with pytest.raises(Rejected):
        IndexStage(index).process(delivered(encode(a_post("a")), b"{}"), NOW)

    assert index.count() == 0
    index.close()


@pytest.fixture
def loud() -> Iterator[None]:
    log.set_up("warning")
    yield
    log.set_up("error")


class Older(SqliteIndex):
    """An index that another edition wrote, as one on a server may be: a file would have been built anew."""

    def status(self) -> IndexStatus:
        return replace(super().status(), stale=self.count())


@pytest.mark.usefixtures("loud")
def test_posts_of_another_edition_are_told_once_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = Older.open(f"sqlite:///{tmp_path / 'index.db'}")
    index.write([a_post("a"), a_post("b")])
    stage = IndexStage(index)
    for _ in range(2):
        stage.process(delivered(encode(a_post("a"))), NOW)
    stage.close()
    (told,) = capsys.readouterr().err.splitlines()
    line = json.loads(told)
    assert line["zh"].startswith("有 2 条")
    assert "yuqing index reindex" in line["zh"]
    assert "yuqing index reindex" in line["en"]


@pytest.mark.usefixtures("loud")
def test_a_file_that_another_edition_wrote_is_built_anew_and_nothing_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'index.db'}"
    index = open_index(url)
    index.write([a_post("a", "停水")])
    index.close()
    with sqlite3.connect(tmp_path / "index.db") as db:
        db.execute("update about set value = 'older' where name = 'edition'")
    db.close()

    index = open_index(url)
    IndexStage(index).process([], NOW)
    assert (capsys.readouterr().err, index.status().stale, index.search("停水").total) == ("", 0, 1)
    index.close()
