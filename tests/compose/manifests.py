"""What the Kubernetes manifests must hold: the published schemas, and what no schema knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import kubernetes_validate  # type: ignore[import-untyped] # the library has no types
import yaml

from pipeline import __version__
from pipeline.app import PARTS
from tests.compose.settings_names import setting_faults
from tests.compose.words import command_faults, parts_named, script_faults

KUBERNETES: Final = "1.34.0"
WORKLOADS: Final = ("Deployment", "StatefulSet", "Job")
PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")
_SECRETS: Final = "/run/secrets/yuqing/"

Manifest = Mapping[str, Any]


def read(folder: Path) -> list[Manifest]:
    """Return all manifests of *folder*, in the order in which they are applied."""
    found: list[Manifest] = []
    for file in sorted(folder.glob("*.yaml")):
        found += [one for one in yaml.safe_load_all(file.read_text(encoding="utf-8")) if one]
    return found


def manifest_faults(manifests: Sequence[Manifest]) -> list[str]:
    """Return what is wrong with *manifests*, one line each, by kind and name."""
    shape = [f"{_called(one)}: {fault}" for one in manifests for fault in _shape_faults(one)]
    if shape:
        return shape
    found = [f"{_called(one)}: {fault}" for one in manifests for fault in _faults(one, manifests)]
    return [*found, *_part_faults(manifests), *_closed(manifests)]


def _called(manifest: Manifest) -> str:
    return f"{manifest.get('kind')}/{manifest.get('metadata', {}).get('name')}"


def _shape_faults(manifest: Manifest) -> Iterator[str]:
    try:
        kubernetes_validate.validate(dict(manifest), KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path))}: {error.message}"
    except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
        yield f"not known to Kubernetes {KUBERNETES}: {error}"


def _faults(manifest: Manifest, manifests: Sequence[Manifest]) -> Iterator[str]:
    if manifest["kind"] != "Namespace" and manifest["metadata"].get("namespace") != "yuqing":
        yield "metadata.namespace: yuqing is missing"
    if manifest["kind"] == "ConfigMap":
        yield from setting_faults(manifest["data"])
    if manifest["kind"] in WORKLOADS:
        yield from _workload_faults(manifest, manifests)
    for selector in _selectors(manifest):
        if not any(_chosen(selector, pod) for pod in _pods(manifests)):
            yield f"selector {dict(selector)}: it chooses no pod"


def _workload_faults(manifest: Manifest, manifests: Sequence[Manifest]) -> Iterator[str]:
    pod = manifest["spec"]["template"]["spec"]
    yield from _pod_faults(pod)
    for container in pod["containers"]:
        yield from _container_faults(container, needs_probes=manifest["kind"] != "Job")
        yield from _mount_faults(container, manifest)
    yield from _secret_faults(pod, manifests)
    alone = manifest["kind"] == "Deployment" and manifest["spec"].get("replicas", 1) == 1
    if alone and manifest["spec"].get("strategy", {}).get("type") != "Recreate":
        yield "spec.strategy: one of it means Recreate, or an update runs two"


def _pod_faults(pod: Manifest) -> Iterator[str]:
    if pod.get("enableServiceLinks") is not False:
        yield "enableServiceLinks: false is missing, the cluster's own YUQING_… variables would be taken for settings"
    if pod.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken: false is missing"
    context = pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or context.get("runAsUser", 0) == 0:
        yield "securityContext: runAsNonRoot and a user with a number are missing"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "securityContext.seccompProfile: RuntimeDefault is missing"
    if pod.get("terminationGracePeriodSeconds", 0) < 20:
        yield "terminationGracePeriodSeconds: the tree needs 10 s to stop, leave it 20"


def _container_faults(container: Manifest, *, needs_probes: bool) -> Iterator[str]:
    if container["image"] != f"yuqing:{__version__}":
        yield f"image {container['image']}: we are at {__version__}"
    context = container.get("securityContext", {})
    if (context.get("allowPrivilegeEscalation"), context.get("readOnlyRootFilesystem")) != (False, True):
        yield "securityContext: allowPrivilegeEscalation: false and readOnlyRootFilesystem: true are missing"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "securityContext.capabilities: drop: [ALL] is missing"
    for kind in ("requests", "limits"):
        if not {"cpu", "memory"} <= container.get("resources", {}).get(kind, {}).keys():
            yield f"resources.{kind}: cpu and memory are missing"
    yield from setting_faults({one["name"]: one.get("value", "") for one in container.get("env", [])})
    if "command" in container:
        yield from script_faults("\n".join(container["args"]))
    else:
        yield from command_faults(container["args"])
    for probe in PROBES if needs_probes else ():
        words = container.get(probe, {}).get("exec", {}).get("command", [])
        if words[:2] != ["yuqing", "health"]:
            yield f"{probe}: ask `yuqing health`"
        elif tuple(words[2:]) != parts_named(container["args"]):
            yield f"{probe}: it asks for {words[2:]}, and {list(parts_named(container['args']))} run"
        elif container[probe].get("timeoutSeconds", 1) < 5:
            yield f"{probe}.timeoutSeconds: a start of the command needs more than a second"


def _mount_faults(container: Manifest, manifest: Manifest) -> Iterator[str]:
    named = {volume["name"] for volume in manifest["spec"]["template"]["spec"].get("volumes", [])}
    named |= {claim["metadata"]["name"] for claim in manifest["spec"].get("volumeClaimTemplates", [])}
    mounts = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}
    yield from (f"volumeMounts.{name}: there is no such volume" for name in mounts.values() if name not in named)
    yield from (f"volumeMounts: {place} must be writable" for place in ("/data", "/tmp") if place not in mounts)


def _secret_faults(pod: Manifest, manifests: Sequence[Manifest]) -> Iterator[str]:
    written = {key for one in manifests if one["kind"] == "Secret" for key in one["stringData"]}
    given = {item["key"] for volume in pod["volumes"] for item in volume.get("secret", {}).get("items", [])}
    yield from (f"secret {key}: the Secret has no such key" for key in sorted(given - written))
    used = set(re.findall(re.escape(_SECRETS) + r"([\w.]+)", str(pod["containers"])))
    yield from (f"secret {key}: it is used and not mounted" for key in sorted(used - given))
    yield from (f"secret {key}: it is mounted and not used" for key in sorted(given - used - {"ca.crt"}))


def _selectors(manifest: Manifest) -> Iterator[Manifest]:
    spec = manifest.get("spec", {})
    if manifest["kind"] == "Service":
        yield {"matchLabels": spec["selector"]}
    if manifest["kind"] == "NetworkPolicy":
        yield spec["podSelector"]
        for rule in spec["podSelector"].get("matchExpressions", []):
            yield from ({"matchExpressions": [{**rule, "values": [value]}]} for value in rule["values"])
    if manifest["kind"] in ("PodDisruptionBudget", "Deployment", "StatefulSet"):
        yield spec["selector"]


def _pods(manifests: Sequence[Manifest]) -> list[Manifest]:
    return [one["spec"]["template"]["metadata"]["labels"] for one in manifests if one["kind"] in WORKLOADS]


def _chosen(selector: Manifest, labels: Manifest) -> bool:
    plain = selector.get("matchLabels", {}).items() <= labels.items()
    return plain and all(labels.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", []))


def _part_faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    running: dict[str, str] = {}
    for one in manifests:
        if one["kind"] not in ("Deployment", "StatefulSet"):
            continue
        for container in one["spec"]["template"]["spec"]["containers"]:
            for part in parts_named(container["args"]) or PARTS:
                if part in running:
                    yield f"{_called(one)}: the part {part} runs in {running[part]} too"
                running[part] = _called(one)
    yield from (f"nobody runs the part {part}" for part in PARTS if part not in running)


def _closed(manifests: Sequence[Manifest]) -> Iterator[str]:
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if not any(one["kind"] == "NetworkPolicy" and one["spec"] == closed for one in manifests):
        yield "NetworkPolicy: one that closes everything is missing"
