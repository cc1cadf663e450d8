"""The stage hands what it read to the index, all of it or none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import topics
from pipeline.bus import Delivery
from pipeline.errors import Rejected
from pipeline.index import open_index
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


def test_a_message_that_is_no_post_is_rejected_and_nothing_of_its_batch_is_stored(tmp_path: Path) -> None:
    index = open_index(f"sqlite:///{tmp_path / 'index.db'}")

    with pytest.raises(Rejected):
        IndexStage(index).process(delivered(encode(a_post("a")), b"{}"), NOW)

    assert index.count() == 0
    index.close()
