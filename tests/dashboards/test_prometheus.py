"""Rules, settings and dashboards of Prometheus, Alertmanager and Grafana: sound, and about metrics that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry

from dashboards.boards import grafana
from dashboards.boards.command import ROOT
from pipeline.metrics import Metrics
from tests.live import do_without

FOLDER = ROOT / "prometheus"
RULES = ("recording.rules.yml", "alerting.rules.yml")
_SUFFIXES = ("", "_bucket", "_sum", "_count")


def rules(name: str) -> list[dict[str, object]]:
    tree = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return [rule for group in tree["groups"] for rule in group["rules"]]


def known() -> set[str]:
    registry = CollectorRegistry()
    Metrics(registry)
    names = {
        name + "_total" if metric.type == "counter" else name + suffix
        for metric in registry.collect()
        for name in [metric.name]
        for suffix in (_SUFFIXES if metric.type == "histogram" else ("",))
    }
    return names | {str(rule["record"]) for rule in rules(RULES[0])}


def named(expression: str) -> set[str]:
    return set(re.findall(r"\byuqing[_:][a-z0-9_:]+", re.sub(r'"[^"]*"', "", expression)))


def expressions() -> list[str]:
    return [*(str(rule["expr"]) for name in RULES for rule in rules(name)), *grafana.queries()]


def run(tool: str, *arguments: str, folder: Path = FOLDER) -> None:
    if shutil.which(tool) is None:
        do_without(f"{tool} is missing: Debian's prometheus and prometheus-alertmanager")
    done = subprocess.run([tool, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("expression", expressions())
def test_every_metric_that_is_asked_for_exists(expression: str) -> None:
    assert named(expression) <= known()


def test_every_metric_is_watched_by_somebody() -> None:
    asked = {name for expression in expressions() for name in named(expression)}
    registry = CollectorRegistry()
    Metrics(registry)
    ours = {metric.name for metric in registry.collect()}

    assert not {name for name in ours if not any(one.startswith(name) for one in asked)}


def test_the_rules_are_sound() -> None:
    run("promtool", "check", "rules", *RULES)


def test_every_alert_rings_when_it_should_and_not_before() -> None:
    run("promtool", "test", "rules", "rules.test.yml")


def test_no_alert_is_without_a_test() -> None:
    tests = yaml.safe_load((FOLDER / "rules.test.yml").read_text(encoding="utf-8"))["tests"]

    assert {test["name"] for test in tests} == {rule["alert"] for rule in rules(RULES[1])}


def test_the_settings_are_sound() -> None:
    run("promtool", "check", "config", "--syntax-only", "prometheus.yml")


def test_the_routes_of_alerts_are_sound() -> None:
    run("amtool", "check-config", "alertmanager.yml")


@pytest.mark.parametrize("rule", rules(RULES[1]), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do_in_both_languages(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "none"}
    assert all(" / " in rule["annotations"][key] for key in ("summary", "remedy"))


@pytest.mark.parametrize("expression", grafana.queries())
def test_promtool_reads_what_grafana_asks(expression: str, tmp_path: Path) -> None:
    rule = {"groups": [{"name": "panel", "rules": [{"record": "panel", "expr": expression}]}]}
    (tmp_path / "panel.yml").write_text(yaml.safe_dump(rule), encoding="utf-8")

    run("promtool", "check", "rules", "panel.yml", folder=tmp_path)


def test_grafana_finds_prometheus_and_the_dashboards() -> None:
    provisioning = ROOT / "grafana" / "provisioning"
    sources = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))
    boards = yaml.safe_load((provisioning / "dashboards" / "yuqing.yml").read_text(encoding="utf-8"))

    assert [one["uid"] for one in sources["datasources"]] == [grafana.SOURCE["uid"], "alertmanager"]
    assert boards["providers"][0]["options"] == {"path": "/etc/grafana/dashboards"}
