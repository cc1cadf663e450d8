"""The operator's guide leaves out no metric and no alert, in either language, and leads only to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from pipeline.metrics import Metrics

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "docs" / name for name in ("operator.md", "operator.en.md")]


def metrics() -> set[str]:
    made = vars(Metrics(CollectorRegistry())).values()
    names = {(metric._type, metric._name) for metric in made if isinstance(metric, MetricWrapperBase)}
    return {name + ("_total" if kind == "counter" else "") for kind, name in names}


def alerts() -> set[str]:
    rules = yaml.safe_load((ROOT / "dashboards" / "prometheus" / "alerting.rules.yml").read_text(encoding="utf-8"))
    return {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_metric_and_every_alert_is_explained_and_none_is_made_up(guide: Path) -> None:
    words = guide.read_text(encoding="utf-8")

    assert set(re.findall(r"`(yuqing_[a-z_]+)`", words)) == metrics()
    assert set(re.findall(r"`(Yuqing[A-Za-z]+)`", words)) == alerts()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_its_links_lead_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", guide.read_text(encoding="utf-8"))

    assert not [link for link in links if not (guide.parent / link).exists()]


def test_both_languages_have_the_same_sections_and_tables() -> None:
    shapes = [
        [
            (line[:2], line.count("|"))
            for line in guide.read_text(encoding="utf-8").splitlines()
            if line.startswith(("#", "|"))
        ]
        for guide in GUIDES
    ]
    headings, tables = zip(
        *[(sum(h == "##" for h, _ in s), [n for h, n in s if h[0] == "|"]) for s in shapes], strict=True
    )

    assert headings[0] == headings[1]
    assert tables[0] == tables[1]
