"""Metrics where no page is: a part that shows what the processes of this tree count, when ``metrics.port`` is set.

It is a process of its own: the tree forks, and a thread in a process that forks may hold a lock for ever.
"""

from __future__ import annotations

import time
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, multiprocess, start_http_server

from pipeline.engine.tree import Part, Stopping

_LOOK_EVERY_S: Final = 0.1


def metrics_part(host: str, port: int) -> Part:
    """Return the part that answers at *host*:*port*; its name holds the port, so that trees on one home may differ."""
    return Part(f"metrics-{port}", lambda stopping: serve(host, port, stopping))


def serve(host: str, port: int, stopping: Stopping) -> None:
    """Answer every path with all metrics until asked to stop. Raises OSError if the address cannot be used."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has no types here
    server: WSGIServer
    server, thread = start_http_server(port, host, registry)
    while not stopping():
        time.sleep(_LOOK_EVERY_S)
    server.shutdown()
    server.server_close()
    thread.join()
