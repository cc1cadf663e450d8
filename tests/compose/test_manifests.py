"""Each way of breaking the manifests is told by a message that names the place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.compose.manifests import manifest_faults, read

ROOT = Path(__file__).parents[2]
MANIFESTS = read(ROOT / "docs" / "kubernetes")

Tree = dict[str, Any]


class Cluster(dict[str, Tree]):
    """Copies of all manifests, by kind and name."""

    def __init__(self) -> None:
        super().__init__({f"{one['kind']}/{one['metadata']['name']}": copy.deepcopy(dict(one)) for one in MANIFESTS})

    def pod(self, name: str) -> Tree:
        pod: Tree = self[name]["spec"]["template"]["spec"]
        return pod

    def box(self, name: str = "Deployment/match") -> Tree:
        box: Tree = self.pod(name)["containers"][0]
        return box


BROKEN: dict[str, tuple[Callable[[Cluster], object], str]] = {
    "a key that Kubernetes does not know": (
        lambda c: c["Deployment/match"]["spec"].update(replica=2), "Deployment/match: spec: .*'replica' was unexpected"),
    "a kind that Kubernetes does not know": (
        lambda c: c["Deployment/match"].update(kind="Deploy"), "Deploy/match: not known to Kubernetes"),
    "a value of another type": (
        lambda c: c["Deployment/match"]["spec"].update(replicas="two"), "Deployment/match: spec.replicas: 'two' is not"),
    "no namespace": (
        lambda c: c["Deployment/match"]["metadata"].pop("namespace"), "Deployment/match: metadata.namespace"),
    "a setting that we do not have": (
        lambda c: c["ConfigMap/yuqing"]["data"].update(YUQING_BUS__COPIES="3"), "ConfigMap/yuqing: YUQING_BUS__COPIES"),
    "a setting with a value that is none": (
        lambda c: c["ConfigMap/yuqing"]["data"].update(YUQING_BUS__RETENTION="a week"), "YUQING_BUS__RETENTION: "),
    "a variable that is no setting": (
        lambda c: c.box()["env"].append({"name": "YUQING_BUSS__URL_FILE", "value": "x"}), "YUQING_BUSS__URL_FILE: "),
    "service links": (
        lambda c: c.pod("Deployment/match").pop("enableServiceLinks"), "enableServiceLinks: false is missing"),
    "an account's token": (
        lambda c: c.pod("Deployment/match").pop("automountServiceAccountToken"), "automountServiceAccountToken"),
    "root": (
        lambda c: c.pod("Deployment/match")["securityContext"].update(runAsUser=0), "securityContext: runAsNonRoot"),
    "no seccomp profile": (
        lambda c: c.pod("Deployment/match")["securityContext"].pop("seccompProfile"), "seccompProfile"),
    "too little time to stop": (
        lambda c: c.pod("Deployment/match").update(terminationGracePeriodSeconds=5), "terminationGracePeriodSeconds"),
    "another image": (
        lambda c: c.box().update(image="yuqing:latest"), "image yuqing:latest: we are at"),
    "a root that can be written": (
        lambda c: c.box()["securityContext"].update(readOnlyRootFilesystem=False), "readOnlyRootFilesystem: true"),
    "capabilities kept": (
        lambda c: c.box()["securityContext"].pop("capabilities"), "securityContext.capabilities"),
    "no limits": (
        lambda c: c.box()["resources"].pop("limits"), "resources.limits: cpu and memory are missing"),
    "no probe": (
        lambda c: c.box().pop("livenessProbe"), "livenessProbe: ask `yuqing health`"),
    "a probe of another part": (
        lambda c: c.box()["livenessProbe"]["exec"].update(command=["yuqing", "health", "detect"]), "it asks for .'detect'"),
    "a probe without time": (
        lambda c: c.box()["livenessProbe"].pop("timeoutSeconds"), "livenessProbe.timeoutSeconds"),
    "a verb that we do not have": (
        lambda c: c.box().update(args=["start", "match"]), "no such verb: yuqing start"),
    "a verb in a script": (
        lambda c: c.box("Job/setup").update(args=["yuqing indexx init"]), "Job/setup: no such verb: yuqing indexx"),
    "a volume that is not there": (
        lambda c: c.box()["volumeMounts"].append({"name": "lost", "mountPath": "/lost"}), "volumeMounts.lost"),
    "no place for data": (
        lambda c: c.box()["volumeMounts"].pop(0), "volumeMounts: /data must be writable"),
    "a secret that nobody wrote": (
        lambda c: c["Secret/yuqing"]["stringData"].pop("ledger_url"), "Deployment/detect: secret ledger_url: the Secret"),
    "a secret too few": (
        lambda c: c.pod("Deployment/match")["volumes"][-1]["secret"]["items"].pop(0), "secret bus_url: it is used"),
    "a secret too many": (
        lambda c: c.pod("Deployment/match")["volumes"][-1]["secret"]["items"].append({"key": "ledger_url", "path": "x"}),
        "Deployment/match: secret ledger_url: it is mounted and not used"),
    "two at a time of one": (
        lambda c: c["Deployment/index"]["spec"].pop("strategy"), "Deployment/index: spec.strategy: one of it"),
    "a budget for nobody": (
        lambda c: c["PodDisruptionBudget/match"]["spec"]["selector"].update(matchLabels={"app": "match"}),
        "PodDisruptionBudget/match: selector .*: it chooses no pod"),
    "a policy for a part that is not there": (
        lambda c: c["NetworkPolicy/bus"]["spec"]["podSelector"]["matchExpressions"][0]["values"].append("crawl"),
        "NetworkPolicy/bus: selector .*'crawl'.*: it chooses no pod"),
    "a part left out": (
        lambda c: c.pop("StatefulSet/send"), "nobody runs the part send"),
    "a part twice": (
        lambda c: c.box().update(args=["run", "match", "detect"]), "the part detect runs in Deployment/match too"),
    "an open network": (
        lambda c: c.pop("NetworkPolicy/closed"), "NetworkPolicy: one that closes everything"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told_with_its_place(what: str) -> None:
    change, message = BROKEN[what]
    cluster = Cluster()
    change(cluster)
    faults = manifest_faults(list(cluster.values()))
    assert [fault for fault in faults if re.search(message, fault)], faults
