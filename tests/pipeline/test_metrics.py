"""Metrics: what they may say of whom, and how several processes are told as one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric

from pipeline.metrics import Metrics

ABOUT_OURSELVES = {
    "source",
    "outcome",
    "kind",
    "stage",
    "rule",
    "level",
    "turn",
    "receiver",
    "state",
    "worker",
    "group",
}


def of(registry: CollectorRegistry) -> Iterator[Metric]:
    yield from registry.collect()


def test_no_label_can_carry_a_text_an_author_or_a_place() -> None:
    labels = {label for metric in vars(Metrics(CollectorRegistry())).values() for label in metric._labelnames}

    assert labels <= ABOUT_OURSELVES


def test_every_metric_says_what_it_is_in_both_languages_and_in_seconds() -> None:
    registry = CollectorRegistry()
    Metrics(registry)

    for metric in of(registry):
        chinese, _, english = metric.documentation.partition(" / ")
        assert chinese and not chinese.isascii(), metric.name
        assert english.isascii() and english, metric.name
        assert metric.name.startswith("yuqing_")
        assert (metric.type == "histogram") == metric.name.endswith("_seconds"), metric.name


def test_a_delay_of_an_alert_budget_falls_between_two_buckets() -> None:
    registry = CollectorRegistry()
    Metrics(registry).accept_delay.observe(90.0)

    def at_most(seconds: str) -> float | None:
        return registry.get_sample_value("yuqing_accept_delay_seconds_bucket", {"le": seconds})

    assert (at_most("60.0"), at_most("300.0")) == (0.0, 1.0)


def test_a_lag_that_two_processes_told_is_the_last_word_and_not_their_sum(tmp_path: Path) -> None:
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    tell = "import sys; from pipeline.metrics import METRICS; METRICS.lag.labels('match').set(float(sys.argv[1]))"
    ask = (
        "from prometheus_client import CollectorRegistry, multiprocess as m; r = CollectorRegistry();"
        "m.MultiProcessCollector(r); print(r.get_sample_value('yuqing_stage_lag_messages', {'stage': 'match'}))"
    )
    for lag in ("500", "7"):
        subprocess.run([sys.executable, "-c", tell, lag], check=True, env=env)

    told = subprocess.run([sys.executable, "-c", ask], check=True, env=env, capture_output=True, text=True)

    assert told.stdout.strip() == "7.0"
