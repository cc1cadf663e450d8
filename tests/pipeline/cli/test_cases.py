from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.settings import Settings
from tests.articles import REQUESTS, an_article
from tests.pipeline.cli.terminal import CASE_TEXT, Terminal, recording


@pytest.fixture
def name(yuqing: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a case that is open."""
    yuqing("import", str(recording(tmp_path, [CASE_TEXT])))
    monkeypatch.setattr("pipeline.cli.cases._PATIENCE_S", 0.0)
    (case,) = yuqing("cases", "list", "--format", "json").json
    return str(case["name"])


def work(home: Path) -> None:
    app = App(Settings(home=home))
    workers = app.workers()
    while sum(worker.step().read for worker in workers):
        pass
    for worker in workers:
        worker.close()
    app.close()


def test_the_list_and_the_file_of_a_case_can_be_read(yuqing: Terminal, name: str) -> None:
    listed = yuqing("cases")
    assert name in listed.out
    assert "待签收" in listed.out
    shown = yuqing("cases", "show", name)
    assert "橙·L2" in shown.out
    assert "→" in shown.out, "what was sent to whom"
    assert yuqing("cases", "show", name, "--format", "json").json["case"]["name"] == name


def test_a_case_names_the_others_of_the_same_article(yuqing: Terminal, tmp_path: Path) -> None:
    (tmp_path / "requests.yaml").write_text(REQUESTS, encoding="utf-8")
    (tmp_path / "yuqing.toml").write_text('rules = ["requests.yaml"]', encoding="utf-8")
    text = an_article({1200: "改造收费不公开。", 1500: "文桥路道路开挖不围挡。"}, 2000)
    yuqing("import", str(recording(tmp_path, [text], kind="article")))
    one, other = yuqing("cases", "list", "--format", "json").json
    assert f"同一篇文章 / of the same article: {other['name']}" in yuqing("cases", "show", one["name"]).out
    assert yuqing("cases", "show", other["name"], "--format", "json").json["others"][0]["name"] == one["name"]


def test_an_act_takes_effect_when_the_desk_has_read_it(yuqing: Terminal, tmp_path: Path, name: str) -> None:
    noted = yuqing("cases", "ack", name, "--by", "王值班")
    assert noted.code == 0
    assert "已记下" in noted.out
    work(tmp_path / "data")
    assert yuqing("cases", "list", "--state", "open", "--format", "json").json == []
    (case,) = yuqing("cases", "list", "--state", "acknowledged", "--format", "json").json
    assert case["name"] == name
    assert "王值班" in yuqing("cases", "show", name).out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show",), 2, "请写明案卷"),
        (("ack",), 2, "请写明案卷"),
        (("show", "C-22222"), 1, "没有案卷 C-22222"),
        (("praise", "C-22222"), 2, "没有这个动作"),
        (("list", "--state", "lost"), 1, "没有这种状态"),
    ],
)
def test_what_cannot_be_done_is_told(yuqing: Terminal, words: tuple[str, ...], code: int, told: str) -> None:
    done = yuqing("cases", *words)
    assert done.code == code
    assert told in done.err


def test_an_act_that_is_not_allowed_now_is_told(yuqing: Terminal, name: str) -> None:
    done = yuqing("cases", "reopen", name, "--reason", "又停了")
    assert done.code == 1
    assert done.err


def test_what_residents_write_is_shown_as_they_wrote_it(yuqing: Terminal, tmp_path: Path) -> None:
    yuqing("import", str(recording(tmp_path, [f"[/b]{CASE_TEXT}"])))
    (case,) = yuqing("cases", "--format", "json").json

    listed, shown = yuqing("cases"), yuqing("cases", "show", case["name"])

    assert "[/b]" in case["title"]
    assert (listed.code, shown.code) == (0, 0)
    assert case["title"] in shown.out
