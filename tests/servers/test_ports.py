from __future__ import annotations

from pathlib import Path

from tests.servers.ports import a_port


def test_ports_are_not_those_of_clients_and_none_is_given_twice() -> None:
    first_of_clients = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])

    ports = [a_port() for _ in range(200)]

    assert len(set(ports)) == 200
    assert max(ports) < first_of_clients
