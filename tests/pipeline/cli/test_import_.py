from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.cli.import_ import digest
from pipeline.settings import Settings
from tests.pipeline.cli.terminal import Terminal, recording


def test_a_table_is_imported_once_however_often_it_is_given(yuqing: Terminal, tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text(
        "工单编号,诉求内容,受理时间,来电号码\nQ1,锦湖里停水,2026-03-10 08:00:00,13800138000\n", encoding="gb18030"
    )
    first = yuqing("import", str(table), "--source", "hotline")
    assert first.code == 0, first.err
    assert "新增或更新 1" in first.out
    assert "来电号码" in first.out, "the personal column is named as left out"
    assert "未变 1" in yuqing("import", str(table), "--source", "hotline").out
    (hit,) = yuqing("search", "停水", "--format", "json").json
    assert hit["source"]["id"] == "hotline"


def test_a_mapping_says_which_column_is_what(yuqing: Terminal, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("编码,说了什么\n1,路灯坏了\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("说了什么: text\n编码: native_id\n", encoding="utf-8")
    done = yuqing("import", "t.csv", "--map", "map.yaml")
    assert done.code == 0, done.err
    assert "新增或更新 1" in done.out


@pytest.mark.parametrize("name", ["nowhere.csv", "table.pdf"])
def test_a_file_that_cannot_be_imported_is_told(yuqing: Terminal, tmp_path: Path, name: str) -> None:
    (tmp_path / "table.pdf").write_bytes(b"%PDF")
    done = yuqing("import", name)
    assert done.code in (1, 2)
    assert name in done.err


def test_without_waiting_the_posts_are_left_to_the_desk(yuqing: Terminal, tmp_path: Path) -> None:
    yuqing("import", str(recording(tmp_path, ["停水了"])), "--no-wait")
    assert yuqing("search", "*", "--format", "json").json == []
    digest(App(Settings(home=tmp_path / "data")))
    assert len(yuqing("search", "*", "--format", "json").json) == 1


def test_where_a_desk_is_running_it_does_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App(Settings(home=tmp_path))
    monkeypatch.setattr("pipeline.cli.import_._PATIENCE_S", 0.0)
    monkeypatch.setattr(App, "worker", lambda *_: pytest.fail("the desk has the stages"))
    lock = tmp_path / "run" / "analyse.lock"
    lock.parent.mkdir()
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        digest(app)


def test_a_desk_that_does_not_come_to_the_end_is_told(
    yuqing: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.import_._PATIENCE_S", 0.0)
    lock = tmp_path / "data" / "run" / "analyse.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = yuqing("import", str(recording(tmp_path, ["停水了"])))

    assert "新增或更新 1" in done.out
    assert (done.code, "还有 1 条" in done.err) == (3, True)
