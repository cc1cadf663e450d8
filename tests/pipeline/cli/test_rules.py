"""The workbench through the front door."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.articles import an_article
from tests.pipeline.cli.terminal import Terminal, recording

RULES = """
schema: yuqing-rule/v1
defaults: {owner: 甲, timezone: Asia/Shanghai}
rules:
  - id: water.few
    name: 停水
    status: stable
    level: yellow
    match: {text: {any: [停水]}}
    type: frequency
    group_by: [place.street]
    count_by: author.key
    num_events: NUMBER
    timeframe: 1h
    notify: {route: 民生}
    annotations: {summary: "停水 {{ count }} 人"}
    examples: {match: [停水了], no_match: [停电了]}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path, 3)


def written(folder: Path, number: int) -> Path:
    file = folder / f"of{number}.yaml"
    file.write_text(RULES.replace("NUMBER", str(number)), encoding="utf-8")
    return file


@pytest.fixture
def filled(yuqing: Terminal, tmp_path: Path, rules: Path) -> Terminal:
    (tmp_path / "yuqing.toml").write_text(f'rules = ["{rules}"]\n', encoding="utf-8")
    texts = ["锦湖里停水了", "锦湖里又停水", "锦湖里停水两天", "文桥路停水", "今天天气好"]
    yuqing("import", str(recording(tmp_path, texts, datetime.now(UTC) - timedelta(hours=5))))
    return yuqing


def ids(yuqing: Terminal, query: str) -> list[str]:
    return [hit["id"] for hit in yuqing("search", query, "--format", "json").json]


def test_a_back_test_tells_alerts_a_shift_and_what_was_missed(filled: Terminal, tmp_path: Path) -> None:
    (fine,), (elsewhere,) = ids(filled, "天气"), ids(filled, "文桥路")
    labels = tmp_path / "labels.jsonl"
    labels.write_text(
        "".join(
            json.dumps({"id": post, "wanted": wanted}) + "\n" for post, wanted in ((fine, True), (elsewhere, False))
        )
    )
    told = filled("rules", "backtest", "water.few", "--since", "1d", "--labelled", str(labels), "--format", "json").json
    assert (told["posts"], told["matched"], told["alerts"]) == (5, 4, 1)
    assert told["groups"] == {"湖东街道": 1}
    assert told["per_shift"] == 0.33 and told["worst_shift"] == 1
    assert (told["missed"], told["wrong"]) == ([fine], [elsewhere])
    assert "提醒 / alerts: 1" in filled("rules", "backtest", "water.few").out


def test_a_difference_tells_what_appears_and_disappears(filled: Terminal, tmp_path: Path, rules: Path) -> None:
    told = filled("rules", "diff", str(rules), str(written(tmp_path, 1)), "--format", "json").json
    assert (told["alerts_before"], told["alerts_after"]) == (1, 2)
    assert len(told["appear"]) == 2 and len(told["disappear"]) == 1, "it now begins with the first"
    assert told["matched_more"] == told["matched_fewer"] == []


def test_why_a_rule_matches_and_how_far_the_window_is(filled: Terminal) -> None:
    (elsewhere,) = ids(filled, "文桥路")
    said = filled("rules", "explain", "water.few", elsewhere).out
    assert "匹配“停水”" in said and "命中：停水" in said
    assert "窗口 1h 内" in said and "1 个不同的 author.key" in said
    assert "不匹配" in filled("rules", "explain", "water.few", "--text", "停电了").out


def test_of_an_article_it_is_told_which_matter_a_rule_wants(yuqing: Terminal, tmp_path: Path, rules: Path) -> None:
    (tmp_path / "yuqing.toml").write_text(f'rules = ["{rules}"]\n', encoding="utf-8")
    text = an_article({1200: "改造收费不公开。", 1500: "锦湖里停水三天没人管。"}, 2000)
    yuqing("import", str(recording(tmp_path, [text], datetime.now(UTC) - timedelta(hours=5), kind="article")))
    (article,) = ids(yuqing, "停水")
    said = yuqing("rules", "explain", "water.few", article).out
    assert said.startswith("匹配“停水”")
    assert "其中一件：water@锦湖里" in said
    assert "market" not in said


def test_who_would_hear_an_alert(filled: Terminal) -> None:
    told = filled(
        "rules",
        "route-test",
        "water.few",
        "--topic",
        "water",
        "--place",
        "湖东街道",
        "--level",
        "orange",
        "--format",
        "json",
    ).json
    assert (told["level"], told["route"], told["lead"]) == ("L2", "民生", "区水务局")
    assert "湖东街道办" in told["co"]


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "nosuch", "--text", "甲"),
        ("explain", "water.few", "u5:nosuch"),
        ("backtest", "nosuch"),
        ("backtest", "water.few", "--since", "long"),
        ("backtest", "water.few", "--labelled", "nosuch.jsonl"),
        ("route-test", "nosuch"),
        ("route-test", "water.few", "--level", "L9"),
        ("import", "nosuch.yaml", "--from", "sigma"),
        ("import", "yuqing.toml", "--from", "splunk"),
    ],
)
def test_what_cannot_be_done_is_told(filled: Terminal, words: tuple[str, ...]) -> None:
    done = filled("rules", *words)
    assert done.code == 2
    assert done.err.strip()


def test_rules_of_another_system_are_printed_and_losses_told(yuqing: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("停水\n@5\n\nAI\n+发布\n", encoding="utf-8")
    done = yuqing("rules", "import", str(file), "--from", "trendradar")
    assert done.code == 0
    assert "schema: yuqing-rule/v1" in done.out and "停水" in done.out
    assert "未转换 AI" in done.err and "未带过来 停水 @5" in done.err
    file.write_text("AI\n+发布\n", encoding="utf-8")
    assert yuqing("rules", "import", str(file), "--from", "trendradar").code == 1
