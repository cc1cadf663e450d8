"""What a compose file of ours must hold, found without an engine.

The shape is judged by the published schema of compose files; the rest is what no schema knows: pinned images, doors
that open on loopback only, dependencies that exist and can be waited for, settings that our code has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml
from jsonschema import Draft202012Validator

from pipeline.app import PARTS
from pipeline.cli.passwords import FILES
from tests.compose.allowed import ENVIRONMENT
from tests.compose.image import PINNED
from tests.compose.scrapes import scrape_faults
from tests.compose.settings_names import setting_faults
from tests.compose.words import command_faults, parts_named, script_faults

OURS: Final = "yuqing"
SETTINGS_FILE: Final = "yuqing.toml"  # copied by `make secrets`
PROMETHEUS: Final = "dashboards/prometheus/prometheus.yml"
WAITABLE: Final = {"service_healthy", "service_completed_successfully"}
_WHOLE: Final = {"restart", "mem_limit", "cpus", "logging", "image", "networks"}


@dataclass(frozen=True)
class Composition:
    """A compose file, its anchors resolved."""

    tree: Mapping[str, Any]
    root: Path

    @property
    def services(self) -> Mapping[str, Mapping[str, Any]]:
        return {name: service for name, service in self.tree.get("services", {}).items() if isinstance(service, dict)}

    @property
    def profiles(self) -> list[str]:
        return sorted({profile for service in self.services.values() for profile in service.get("profiles", [])})


def composition_faults(text: str, root: Path) -> list[str]:
    """Return what is wrong with the compose file *text* of the folder *root*, one line each."""
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"not valid YAML: {error}"]
    shape = [f"{_where(error.absolute_path)}: {error.message}" for error in _schema().iter_errors(tree)]
    if shape:
        return shape
    whole = Composition(tree, root)
    found: list[str] = []
    for name, service in whole.services.items():
        found += [f"{name}: {fault}" for fault in _service_faults(name, service, whole)]
    return [
        *found,
        *_port_faults(whole),
        *_order_faults(whole),
        *_part_faults(whole),
        *_left_over(whole),
        *_scrape_faults(whole),
    ]


@cache
def _schema() -> Draft202012Validator:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return Draft202012Validator(json.loads(vendored.read_text(encoding="utf-8")))


def _where(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path)) or "the file"


def _service_faults(name: str, service: Mapping[str, Any], whole: Composition) -> Iterator[str]:
    yield from (f"{key} is missing" for key in sorted(_WHOLE - service.keys()))
    yield from _image_faults(service, whole.root)
    yield from _fence_faults(service)
    yield from _health_faults(service)
    yield from _environment_faults(service)
    yield from _word_faults(service)
    yield from _file_faults(service, whole)
    yield from _wait_faults(name, service, whole)
    yield from _network_faults(name, service, whole)


def _image_faults(service: Mapping[str, Any], root: Path) -> Iterator[str]:
    image = service.get("image", "")
    if not PINNED.match(image):
        yield f"image {image}: pin an exact version"
    build = service.get("build", {}).get("context")
    if (_product(service) == OURS) != (build is not None):
        yield "build belongs to our own image, and to no other"
    elif build and not (root / build / "Dockerfile").is_file():
        yield f"build {build}: there is no Dockerfile"


def _product(service: Mapping[str, Any]) -> str:
    return str(service.get("image", "")).rpartition(":")[0].rpartition("/")[2]


def _fence_faults(service: Mapping[str, Any]) -> Iterator[str]:
    if not service.get("read_only") and not service.get("x-writable"):
        yield "read_only is missing; say in x-writable why it cannot be"
    if service.get("cap_drop") != ["ALL"]:
        yield "cap_drop: [ALL] is missing"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "security_opt: no-new-privileges is missing"
    for key in ("privileged", "cap_add", "network_mode", "pid", "devices"):
        if service.get(key):
            yield f"{key}: not here"


def _health_faults(service: Mapping[str, Any]) -> Iterator[str]:
    check = service.get("healthcheck")
    if check is None:
        if not service.get("x-no-healthcheck"):
            yield "healthcheck is missing; say in x-no-healthcheck why there is none"
        return
    yield from (
        f"healthcheck.{key} is missing" for key in ("test", "interval", "timeout", "retries") if key not in check
    )
    test = check.get("test", [])
    if not isinstance(test, list) or test[:1] not in (["CMD"], ["CMD-SHELL"]):
        yield "healthcheck.test: write it as a list that begins with CMD or CMD-SHELL"


def _environment_faults(service: Mapping[str, Any]) -> Iterator[str]:
    given = {name: str(value) for name, value in service.get("environment", {}).items()}
    if _product(service) == OURS:
        yield from setting_faults(given)
    allowed = ENVIRONMENT.get(_product(service), frozenset())
    for name in given:
        if not name.startswith("YUQING_") and name not in allowed:
            yield f"environment {name}: not known for this image (tests/compose/allowed.py)"
        if re.search(r"PASSWORD|SECRET|KEY|TOKEN", name) and not given[name].startswith("/run/secrets/"):
            yield f"environment {name}: a secret comes from a file in /run/secrets"
    for name, value in given.items():
        for file in re.findall(r"/run/secrets/(\w+)", value):
            if file not in service.get("secrets", []):
                yield f"environment {name}: the secret {file} is not given to it"


def _word_faults(service: Mapping[str, Any]) -> Iterator[str]:
    words = service.get("command", [])
    if isinstance(words, str):
        yield "command: write it as a list, a string is cut at its blanks"
        return
    if _product(service) == OURS:
        if "entrypoint" in service:
            yield from script_faults(" ".join([*service["entrypoint"], *words]))
        else:
            yield from command_faults(words)
        test = service.get("healthcheck", {}).get("test", [])[1:]
        if test:
            yield from command_faults(test[1:]) if test[0] == OURS else ["healthcheck.test: ask `yuqing health`"]
    text = " ".join([*words, *service.get("healthcheck", {}).get("test", [])])
    for file in re.findall(r"/run/secrets/(\w+)", text):
        if file not in service.get("secrets", []):
            yield f"command: the secret {file} is not given to it"


def _file_faults(service: Mapping[str, Any], whole: Composition) -> Iterator[str]:
    for mount in service.get("volumes", []):
        source, _, rest = mount.partition(":")
        if not source.startswith("."):
            if source not in whole.tree.get("volumes", {}):
                yield f"volume {source}: it is not named below volumes"
        elif not (whole.root / source).exists():
            yield f"volume {source}: there is no such file"
        elif not rest.endswith(":ro"):
            yield f"volume {source}: a file of ours is mounted with :ro"
    for secret in service.get("secrets", []):
        if secret not in whole.tree.get("secrets", {}):
            yield f"secret {secret}: it is not named below secrets"


def _wait_faults(name: str, service: Mapping[str, Any], whole: Composition) -> Iterator[str]:
    for other, how in service.get("depends_on", {}).items():
        awaited = whole.services.get(other)
        if awaited is None:
            yield f"depends_on {other}: there is no such service"
            continue
        if how.get("condition") not in WAITABLE:
            yield f"depends_on {other}: wait until it is healthy or has completed"
        if how.get("condition") == "service_healthy" and "healthcheck" not in awaited:
            yield f"depends_on {other}: it has no healthcheck to wait for"
        if how.get("condition") == "service_completed_successfully" and "x-no-healthcheck" not in awaited:
            yield f"depends_on {other}: it is no job, it never completes"
        if awaited.get("profiles") and not set(service.get("profiles", [])) <= set(awaited["profiles"] or []):
            yield f"depends_on {other}: not in every profile of {name}"
        elif awaited.get("profiles") and not service.get("profiles"):
            yield f"depends_on {other}: it is in some profiles only, {name} in all"


def _network_faults(name: str, service: Mapping[str, Any], whole: Composition) -> Iterator[str]:
    """A host that a service is told to speak to must be a service on one of its networks, in all of its profiles."""
    mine = set(service.get("networks", []))
    yield from (
        f"network {one}: it is not named below networks" for one in mine - whole.tree.get("networks", {}).keys()
    )
    if service.get("ports") and all(
        whole.tree["networks"].get(one, {}).get("internal") for one in mine if one in whole.tree["networks"]
    ):
        yield "ports: all its networks are internal, nothing can be published from them"
    for host in _hosts(service):
        other = whole.services.get(host)
        if other is None:
            yield f"host {host}: there is no such service"
        elif not mine & set(other.get("networks", [])):
            yield f"host {host}: they share no network"


def _hosts(service: Mapping[str, Any]) -> set[str]:
    secret = [FILES.get(name, "") for name in service.get("secrets", []) if name.endswith("_url")]
    told = [str(value) for name, value in service.get("environment", {}).items() if "LISTENERS" not in name]
    said = [word for word in service.get("command", []) if isinstance(word, str)]
    text = " ".join([*secret, *told, *said])
    return {
        host for host in re.findall(r"(?:://|[@,])(?:[^\s/@,\"]*@)?([a-z][a-z0-9-]*):\d", text) if host != "localhost"
    }


def _port_faults(whole: Composition) -> Iterator[str]:
    for profile in whole.profiles or [""]:
        taken: dict[str, str] = {}
        for name, service in whole.services.items():
            if service.get("profiles") and profile not in service["profiles"]:
                continue
            for port in service.get("ports", []):
                host, _, rest = str(port).partition(":")
                if host != "127.0.0.1":
                    yield f"{name}: port {port}: publish it on 127.0.0.1 only"
                number = rest.partition(":")[0]
                if number in taken:
                    yield f"{name}: port {number} is that of {taken[number]} too"
                taken[number] = name


def _order_faults(whole: Composition) -> Iterator[str]:
    graph = {name: set(service.get("depends_on", {})) for name, service in whole.services.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"depends_on goes in a circle: {' → '.join(error.args[1])}"


def _part_faults(whole: Composition) -> Iterator[str]:
    """In each profile every part of the desk runs in one container and not in two."""
    for profile in whole.profiles:
        running: dict[str, str] = {}
        for name, service in whole.services.items():
            words = service.get("command", [])
            if profile not in service.get("profiles", [profile]) or _product(service) != OURS or words[:1] != ["run"]:
                continue
            for part in parts_named(words) or PARTS:
                if part in running:
                    yield f"{name}: the part {part} runs in {running[part]} too (profile {profile})"
                running[part] = name
        yield from (f"profile {profile}: nobody runs the part {part}" for part in PARTS if part not in running)


def _scrape_faults(whole: Composition) -> Iterator[str]:
    file = whole.root / PROMETHEUS
    if file.is_file():
        text = file.read_text(encoding="utf-8")
        yield from (f"{PROMETHEUS}: {fault}" for fault in scrape_faults(text, whole.services))


def _left_over(whole: Composition) -> Iterator[str]:
    """What is declared must be used, and what `make secrets` writes is what is asked for."""
    services = whole.services.values()
    used = {
        "networks": {one for service in services for one in service.get("networks", [])},
        "volumes": {mount.partition(":")[0] for service in services for mount in service.get("volumes", [])},
        "secrets": {one for service in services for one in service.get("secrets", [])},
    }
    for kind, names in used.items():
        yield from (f"{kind}.{name}: nobody uses it" for name in whole.tree.get(kind, {}) if name not in names)
    for name, secret in whole.tree.get("secrets", {}).items():
        file = Path(secret.get("file", ""))
        if file.parent != Path("secrets") or file.name not in {*FILES, SETTINGS_FILE}:
            yield f"secrets.{name}: `make secrets` writes no {file}"
