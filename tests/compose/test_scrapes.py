from __future__ import annotations

from typing import Any

import yaml

from tests.compose.scrapes import scrape_faults

SERVICES: dict[str, dict[str, Any]] = {
    "match": {"environment": {"YUQING_METRICS__PORT": "9464"}, "networks": ["bus", "watch"]},
    "send": {"environment": {"YUQING_METRICS__PORT": "9464"}, "networks": ["watch"]},
    "grafana": {"networks": ["watch"]},
    "postgres": {"networks": ["store"]},
}


def prometheus(*targets: str, names: tuple[str, ...] = ()) -> str:
    by_name = [{"names": list(names), "type": "A", "port": 9464}] if names else []
    job = {"job_name": "yuqing", "static_configs": [{"targets": list(targets)}], "dns_sd_configs": by_name}
    return str(yaml.safe_dump({"scrape_configs": [job]}))


def test_targets_may_be_written_out_or_found_by_their_names() -> None:
    assert scrape_faults(prometheus("match:9464", "grafana:3000", "localhost:9090", names=("send",)), SERVICES) == []


def test_a_container_that_nobody_looks_at_is_told() -> None:
    assert scrape_faults(prometheus("match:9464", "send:8642"), SERVICES) == ["send:9464: nobody looks at it"]


def test_a_target_that_is_none_or_cannot_be_reached_is_told() -> None:
    faults = scrape_faults(prometheus("lost:1", "postgres:5432", names=("match", "send")), SERVICES)
    assert faults == ["lost:1: there is no such container", "postgres:5432: it is not on the network watch"]
