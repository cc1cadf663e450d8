"""Whether Prometheus looks where the compose file's containers show their figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

PORT: Final = "YUQING_METRICS__PORT"
_NETWORK: Final = "watch"


def scrape_faults(prometheus: str, services: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the containers that are not looked at, and the targets that are no containers."""
    looked_at = set(_targets(yaml.safe_load(prometheus)))
    found = [f"{host}:{port}: {fault}" for host, port in sorted(looked_at) for fault in _wrong(host, services)]
    for name, service in services.items():
        port = service.get("environment", {}).get(PORT)
        if port and (name, str(port)) not in looked_at:
            found.append(f"{name}:{port}: nobody looks at it")
    return found


def _targets(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield host and port of every target, whether it is written out or found by its name."""
    for job in tree.get("scrape_configs", []):
        for group in job.get("static_configs", []):
            for target in group["targets"]:
                host, _, port = target.partition(":")
                yield host, port
        for group in job.get("dns_sd_configs", []):
            yield from ((name, str(group["port"])) for name in group["names"])


def _wrong(host: str, services: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if host == "localhost":
        return
    if host not in services:
        yield "there is no such container"
    elif _NETWORK not in services[host].get("networks", []):
        yield f"it is not on the network {_NETWORK}"
