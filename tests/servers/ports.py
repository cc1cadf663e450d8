"""Ports that stay ours while a server is down."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_given: set[int] = set()
_dice = random.SystemRandom()  # property tests seed the common one, in every process alike


def a_port() -> int:
    """Return a free loopback port below those the kernel gives to clients.

    From theirs, a client that knocks while the server is down can be given the very port that it knocks at: it then
    talks to itself, and the server never comes back.
    """
    first_of_clients = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = _dice.randrange(10_000, first_of_clients)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
