"""Each way of breaking the compose file is told by a message that names the place."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compose.composition import composition_faults
from tests.live import do_without

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

Tree = dict[str, Any]


def faults_after(change: Callable[[Tree], object]) -> list[str]:
    tree = yaml.safe_load(TEXT)
    change(tree["services"])
    return composition_faults(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), ROOT)


def test_what_is_no_yaml_is_told() -> None:
    assert composition_faults("services: [", ROOT)[0].startswith("not valid YAML")


BROKEN: dict[str, tuple[Callable[[Tree], object], str]] = {
    "a key that compose does not know": (
        lambda s: s["kafka"].update(memory="1g"), r"services\.kafka.*'memory' was unexpected"),
    "an image by no exact version": (
        lambda s: s["grafana"].update(image="grafana/grafana:latest"), "grafana: image .*: pin an exact version"),
    "an image without a version": (
        lambda s: s["kafka"].update(image="apache/kafka"), "kafka: image apache/kafka: pin"),
    "building what is not ours": (
        lambda s: s["postgres"].update(build={"context": "."}), "postgres: build belongs to our own image"),
    "a build without a Dockerfile": (
        lambda s: s["desk"].update(build={"context": "./docs"}), r"desk: build \./docs: there is no Dockerfile"),
    "a door to everyone": (
        lambda s: s["kibana"].update(ports=["5601:5601"]), "kibana: port 5601:5601: publish it on 127.0.0.1 only"),
    "a port twice": (
        lambda s: s["grafana"].update(ports=["127.0.0.1:5601:3000"]), "grafana: port 5601 is that of kibana too"),
    "a port from a network that is closed": (
        lambda s: s["prometheus"].update(ports=["127.0.0.1:9090:9090"]), "prometheus: ports: all its networks"),
    "waiting for nobody": (
        lambda s: s["desk"]["depends_on"].update(redis={"condition": "service_healthy"}),
        "desk: depends_on redis: there is no such service"),
    "waiting for a start only": (
        lambda s: s["desk"]["depends_on"].update(postgres={"condition": "service_started"}),
        "desk: depends_on postgres: wait until it is healthy"),
    "waiting for the health of one that has none": (
        lambda s: s["desk"]["depends_on"].update(templates={"condition": "service_healthy"}),
        "desk: depends_on templates: it has no healthcheck"),
    "waiting for the end of one that never ends": (
        lambda s: s["desk"]["depends_on"].update(postgres={"condition": "service_completed_successfully"}),
        "desk: depends_on postgres: it is no job"),
    "waiting for another profile": (
        lambda s: s["desk"]["depends_on"].update({"kafka-1": {"condition": "service_healthy"}}),
        "desk: depends_on kafka-1: not in every profile"),
    "everybody waiting for a profile": (
        lambda s: s["kibana"]["depends_on"].update(kafka={"condition": "service_healthy"}),
        "kibana: depends_on kafka: it is in some profiles only"),
    "a circle": (
        lambda s: s["postgres"].update(depends_on={"desk": {"condition": "service_healthy"}}),
        "depends_on goes in a circle"),
    "no health check": (
        lambda s: s["postgres"].pop("healthcheck"), "postgres: healthcheck is missing"),
    "half a health check": (
        lambda s: s["postgres"]["healthcheck"].pop("timeout"), "postgres: healthcheck.timeout is missing"),
    "a health check in one string": (
        lambda s: s["postgres"]["healthcheck"].update(test="pg_isready"), "postgres: healthcheck.test: write it as a list"),
    "a health check of ours that asks something else": (
        lambda s: s["match"]["healthcheck"].update(test=["CMD", "true"]), "match: healthcheck.test: ask `yuqing health`"),
    "no limit of memory": (
        lambda s: s["elasticsearch"].pop("mem_limit"), "elasticsearch: mem_limit is missing"),
    "no restart": (
        lambda s: s["send"].pop("restart"), "send: restart is missing"),
    "a root that can be written, without a reason": (
        lambda s: s["kafka"].pop("x-writable"), "kafka: read_only is missing"),
    "capabilities kept": (
        lambda s: s["grafana"].pop("cap_drop"), r"grafana: cap_drop: \[ALL\] is missing"),
    "new privileges": (
        lambda s: s["grafana"].pop("security_opt"), "grafana: security_opt: no-new-privileges is missing"),
    "a privileged container": (
        lambda s: s["grafana"].update(privileged=True), "grafana: privileged: not here"),
    "a setting that we do not have": (
        lambda s: s["match"]["environment"].update(YUQING_BUS__URI="kafka://kafka-1:9092"),
        "match: YUQING_BUS__URI: .*did you mean url"),
    "a secret for a setting that we do not have": (
        lambda s: s["match"]["environment"].update(YUQING_LEDGER_URL_FILE="/run/secrets/settings"),
        "match: YUQING_LEDGER_URL_FILE: "),
    "a setting with a value that is none": (
        lambda s: s["match"]["environment"].update(YUQING_ENGINE__WORKERS="many"), "match: YUQING_ENGINE__WORKERS: "),
    "a variable that the image does not know": (
        lambda s: s["kafka"]["environment"].update(KAFKA_NODEID="1"), "kafka: environment KAFKA_NODEID: not known"),
    "a password in the environment": (
        lambda s: s["grafana"]["environment"].update(GF_SECURITY_ADMIN_PASSWORD__FILE="grafana"),
        "grafana: environment GF_SECURITY_ADMIN_PASSWORD__FILE: a secret comes from a file"),
    "a secret that is read and not given": (
        lambda s: s["detect"].update(secrets=["settings"]), "detect: environment .*: the secret ledger_url is not given"),
    "a secret that a command reads and is not given": (
        lambda s: s["kibana"].update(secrets=["kibana_password"]), "kibana: command: the secret kibana_key is not given"),
    "a secret that nobody wrote": (
        lambda s: s["grafana"]["secrets"].append("lost"), "grafana: secret lost: it is not named below secrets"),
    "a verb that we do not have": (
        lambda s: s["match"].update(command=["go", "match"]), "match: no such verb: yuqing go"),
    "a part that we do not have": (
        lambda s: s["match"].update(command=["run", "matching"]), "match: no such part: yuqing run matching"),
    "an option that we do not have": (
        lambda s: s["match"].update(command=["run", "match", "--settings=x"]), "match: no such option: yuqing run --settings"),
    "a module that we do not have": (
        lambda s: s["boards"].update(entrypoint=["python", "-m", "dashboards.bords"]),
        "boards: no such module: python -m dashboards.bords"),
    "a verb in a script": (
        lambda s: s["boards"].update(entrypoint=["sh", "-c"], command=["true\nyuqing indx init\n"]), "boards: no such verb: yuqing indx"),
    "a command in one string": (
        lambda s: s["match"].update(command="run match"), "match: command: write it as a list"),
    "a part twice": (
        lambda s: s["match"].update(command=["run", "match", "detect"]), r"the part detect runs in \w+ too \(profile many\)"),
    "a part left out": (
        lambda s: s.pop("send"), "profile many: nobody runs the part send"),
    "a file that is not there": (
        lambda s: s["prometheus"]["volumes"].append("./dashboards/lost.yml:/lost.yml:ro"),
        r"prometheus: volume \./dashboards/lost\.yml: there is no such file"),
    "a file that could be written": (
        lambda s: s["prometheus"]["volumes"].append("./README.md:/README.md"), r"volume \./README\.md: .*:ro"),
    "a volume that is not named": (
        lambda s: s["postgres"]["volumes"].append("pg:/pg"), "postgres: volume pg: it is not named"),
    "a network that is not named": (
        lambda s: s["grafana"]["networks"].append("moon"), "grafana: network moon: it is not named"),
    "a host that is no service": (
        lambda s: s["match"]["environment"].update(YUQING_BUS__URL="kafka://broker:9092"),
        "match: host broker: there is no such service"),
    "a host on another network": (
        lambda s: s["index"].update(networks=["bus", "watch"]), "index: host elasticsearch: they share no network"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_with_its_place(what: str) -> None:
    change, message = BROKEN[what]
    faults = faults_after(change)
    assert [fault for fault in faults if re.search(message, fault)], faults


def test_what_nobody_uses_is_told() -> None:
    tree = yaml.safe_load(TEXT)
    tree["volumes"]["old"] = {}
    tree["secrets"]["old"] = {"file": "./secrets/old"}
    assert composition_faults(yaml.safe_dump(tree), ROOT)[-3:] == [
        "volumes.old: nobody uses it",
        "secrets.old: nobody uses it",
        "secrets.old: `make secrets` writes no secrets/old",
    ]


def test_an_alert_waits_for_no_search_server() -> None:
    """Of all that warns, nothing may wait for Elasticsearch or Kibana, not even through others."""
    services = yaml.safe_load(TEXT)["services"]

    def awaited(name: str) -> set[str]:
        direct = set(services[name].get("depends_on", {}))
        return direct.union(*map(awaited, direct)) if direct else direct

    for name in ("desk", "edge", "analyse", "cluster", "match", "detect", "notify", "send"):
        assert not awaited(name) & {"elasticsearch", "kibana", "templates", "boards"}, name


@pytest.mark.parametrize("profile", ["one", "many"])
def test_docker_compose_reads_it_too(profile: str) -> None:
    if shutil.which("docker-compose") is None:
        do_without("docker-compose is not installed")
    text = TEXT.replace("\nname: yuqing\n", "\n")  # the old one, which needs no engine, wants no name
    command = ["docker-compose", "--project-directory", str(ROOT), "-f", "-", "--profile", profile, "config", "--quiet"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
