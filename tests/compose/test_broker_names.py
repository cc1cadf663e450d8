"""The names by which the compose file sets up Kafka are names that a real broker has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from tests.servers.kafka import KafkaCluster

ROOT = Path(__file__).parents[2]
OF_THE_IMAGE = {"KAFKA_HEAP_OPTS", "CLUSTER_ID"}


def test_a_real_broker_has_every_setting_that_the_compose_file_makes(kafka: KafkaCluster) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    made = {name for broker in services if broker.startswith("kafka") for name in services[broker]["environment"]}
    names = {name.removeprefix("KAFKA_").lower().replace("_", ".") for name in made - OF_THE_IMAGE}
    assert names - broker_settings(kafka.bootstrap) == set()


def broker_settings(bootstrap: str) -> set[str]:
    admin: Any = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        found = admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")], config_filter="all")
    finally:
        admin.close()
    return {*found["broker"]["1"]}
