from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app import PARTS, App, crew
from pipeline.bus.sqlite import SqliteBus
from pipeline.errors import Misconfigured
from pipeline.settings import Settings


def settings(home: Path, workers: int, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "engine": {"workers": workers}, **more})


LINE = ("analyse", "match", "detect", "index")
POSTGRES = {"url": "postgresql://ledger/yuqing"}
ELASTICSEARCH = {"url": "elasticsearch://search:9200"}
KAFKA = {"url": "kafka://broker:9092"}


def test_one_worker_keeps_the_names_of_the_parts(tmp_path: Path) -> None:
    assert crew.processes(PARTS, settings(tmp_path, 1)) == list(PARTS)


def test_several_workers_are_numbered_and_what_has_one_memory_stays_one(tmp_path: Path) -> None:
    named = crew.processes(("analyse", "cluster", "match", "notify"), settings(tmp_path, 2))
    assert named == ["analyse.0", "analyse.1", "cluster", "match.0", "match.1", "notify"]


def test_two_that_write_only_where_several_can(tmp_path: Path) -> None:
    embedded = settings(tmp_path, 2)
    assert [crew.workers(name, embedded) for name in ("detect", "index")] == [1, 1]
    served = settings(tmp_path, 2, ledger=POSTGRES, index=ELASTICSEARCH)
    assert [crew.workers(name, served) for name in ("detect", "index")] == [2, 2]


def test_two_stages_are_one_process_only_where_both_run_and_each_has_one(tmp_path: Path) -> None:
    assert crew.fused(PARTS, settings(tmp_path, 1))
    assert not crew.fused(PARTS, settings(tmp_path, 2))
    assert not crew.fused(("analyse", "match"), settings(tmp_path, 1))


def test_more_workers_than_partitions_are_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"bus\.partitions.*engine\.workers 减到 4") as caught:
        App(settings(tmp_path, 5)).check(LINE)
    assert len(caught.value.faults) == 2, "posts and analysed; detect and index have one worker on files"
    App(settings(tmp_path, 5)).check(("crawl", "notify"))
    App(settings(tmp_path, 4)).check(LINE)


def test_partitions_that_are_there_count_and_not_those_of_new_topics(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        App(settings(tmp_path, 5)).check(LINE)
    with pytest.raises(Misconfigured):
        App(settings(tmp_path, 5, bus={"partitions": 8})).check(LINE)


class Said:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []

    def warning(self, event: str, **fields: object) -> None:
        self.lines.append({"event": event, **fields})


def test_with_a_broker_other_machines_may_share_so_it_is_only_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, bus = Said(), SqliteBus(tmp_path, partitions=2)
    monkeypatch.setattr(crew, "log", said)
    crew.check(("match", "detect"), settings(tmp_path, 3, bus=KAFKA), bus)
    assert said.lines == [
        {"event": "one worker: a SQLite file has one writer at a time", "stage": "detect"},
        {"event": "more workers than partitions, some stand by", "topic": "analysed", "partitions": 2, "workers": 3},
    ]
