"""The bus for a URL: one adapter a scheme."""

from __future__ import annotations

from pathlib import Path

from pipeline.bus import Bus
from pipeline.bus.sqlite import SqliteBus
from pipeline.errors import Fault, Misconfigured

_SQLITE = "sqlite:///"


def open_bus(url: str, partitions: int = 4, *, durable: bool = True) -> Bus:
    """Return the bus at *url*; one that need not be *durable* is faster and outlives no power cut. Raises Misconfigured for a scheme without an adapter."""
    if url.startswith(_SQLITE):
        return SqliteBus(Path(url.removeprefix(_SQLITE)), partitions, durable=durable)
    raise Misconfigured(
        [
            Fault(
                "bus.url",
                f"不认识的总线地址 {url}；现在可用的写法是 sqlite:///目录",
                f"no adapter for {url}; what works today is sqlite:///FOLDER",
            )
        ]
    )
