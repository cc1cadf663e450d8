from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from kafka import KafkaAdminClient

from pipeline.app.rule_files import FoundTest, find_tests
from pipeline.rulebook import SHIPPED, Rulebook
from tests.live import free_port
from tests.pipeline.cli.terminal import Terminal
from tests.servers.kafka import KafkaCluster
from tests.servers.search import Elasticsearch

RULE = """schema: yuqing-rule/v1
defaults: {owner: 值班台, timezone: Asia/Shanghai}
rules:
  - id: test.one
    name: 一条
    status: stable
    level: yellow
    match: {text: {any: [跳闸]}}
    type: any
    notify: {route: 民生}
    annotations: {summary: 跳闸}
    examples: {match: [我们楼跳闸了], no_match: [WRONG]}
"""


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    file = tmp_path / "rule.yaml"
    file.write_text(RULE.replace("WRONG", "今天来电了"), encoding="utf-8")
    return file


def test_what_ships_has_no_fault(yuqing: Terminal) -> None:
    done = yuqing("check")
    assert done.code == 0
    assert "0 处错误" in done.out
    assert "0 errors" in yuqing("check", "--lang", "en").out


def test_rules_can_be_checked_before_they_are_used(
    yuqing: Terminal, rule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.cli.check.uncompiled", tuple)  # what is said of the installation is not asked here
    assert yuqing("check", "--rules", str(rule)).code == 0
    rule.write_text(RULE.replace("yellow", "purple"), encoding="utf-8")
    done = yuqing("check", "--rules", str(rule))
    assert done.code == 1
    assert "rule.yaml:7" in done.out
    assert done.out.startswith("错误")
    assert yuqing("check", "--rules", str(rule), "--lang", "en").out.startswith("error")


def test_a_store_that_cannot_be_reached_is_a_warning_and_an_unknown_one_an_error(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUQING_INDEX__URL", "elsewhere://x")
    done = yuqing("check")
    assert done.code == 1
    assert "index.url" in done.out


def test_servers_that_are_away_are_warnings_each_with_its_key(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in (
        ("BUS", f"kafka://127.0.0.1:{free_port()}"),
        ("INDEX", f"opensearch://127.0.0.1:{free_port()}"),
        ("LEDGER", f"postgresql://nobody:secret@127.0.0.1:{free_port()}/none"),
    ):
        monkeypatch.setenv(f"YUQING_{name}__URL", url)
    done = yuqing("check")
    assert done.code == 0
    for key in ("bus.url", "index.url", "ledger.url"):
        assert f"警告 {key}: 现在连不上" in done.out
    assert "secret" not in done.out


def test_servers_that_answer_are_no_fault_and_nothing_is_made_there(
    yuqing: Terminal, monkeypatch: pytest.MonkeyPatch, kafka: KafkaCluster, elasticsearch: Elasticsearch
) -> None:
    monkeypatch.setenv("YUQING_BUS__URL", f"kafka://{kafka.bootstrap}/checked")
    monkeypatch.setenv("YUQING_INDEX__URL", f"elasticsearch://{elasticsearch.url.removeprefix('http://')}/checked")
    done = yuqing("check")
    assert (done.code, "连不上" in done.out) == (0, False)
    client = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    assert not [name for name in client.list_topics() if name.startswith("checked")]
    client.close()
    assert httpx.get(f"{elasticsearch.url}/_cat/indices/checked-*?h=index").text.strip() == ""


def test_all_that_ships_is_run_if_nothing_is_named(yuqing: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[FoundTest] = []
    monkeypatch.setattr("pipeline.cli.check.run_test", run.append)  # they hold: tests/rules runs them
    done = yuqing("test-rules")
    assert done.code == 0
    assert [found.test.name for found in run] == [found.test.name for found in find_tests([SHIPPED])]
    assert f"{len(Rulebook.read().rules)} 条规则" in done.out


def test_examples_of_rules_are_run(yuqing: Terminal, rule: Path) -> None:
    good = yuqing("test-rules", "--rules", str(rule))
    assert good.code == 0
    assert "1 条规则，2 个例句，0 个计时测试" in good.out


def test_an_example_that_does_not_hold_is_told(yuqing: Terminal, rule: Path) -> None:
    rule.write_text(RULE.replace("WRONG", "又跳闸"), encoding="utf-8")
    done = yuqing("test-rules", "--rules", str(rule))
    assert done.code == 1
    assert "又跳闸" in done.out


def test_only_the_named_rules_are_run_and_a_missing_one_is_told(yuqing: Terminal) -> None:
    assert yuqing("test-rules", "noise.construction").out.startswith("1 条规则")
    done = yuqing("test-rules", "water.outrage")
    assert done.code == 1
    assert "water.outrage" in done.out
