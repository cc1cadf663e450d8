"""The bus for a URL: one adapter a scheme."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable
from pathlib import Path

from pipeline import settings
from pipeline.bus import Bus
from pipeline.bus.sqlite import SqliteBus
from pipeline.errors import Fault, Misconfigured

_SQLITE = "sqlite:///"
_WAYS = "sqlite:///目录、kafka://主机:端口、kafkas://（TLS）、confluent://、confluents://"
_WAYS_EN = "sqlite:///FOLDER, kafka://HOST:PORT, kafkas:// (TLS), confluent://, confluents://"


def open_bus(url: str, wanted: settings.Bus | None = None, *, durable: bool = True, home: Path | None = None) -> Bus:
    """Return the bus at *url*; new topics are made as *wanted* says. Files are opened, brokers not yet spoken to.

    One that need not be *durable* is faster and outlives no power cut. *home* tells our members of a group from
    those of other installations. Raises Misconfigured.
    """
    scheme = url.partition("://")[0]
    if scheme not in _SCHEMES or (scheme == "sqlite" and not url.startswith(_SQLITE)):
        raise Misconfigured(
            [
                Fault(
                    "bus.url",
                    f"不认识的总线地址 {url}；可用的写法是 {_WAYS}",
                    f"no adapter for {url}; write {_WAYS_EN}",
                )
            ]
        )
    return _SCHEMES[scheme](url, wanted or settings.Bus(), durable, home)


def _sqlite(url: str, wanted: settings.Bus, durable: bool, home: Path | None) -> Bus:
    return SqliteBus(Path(url.removeprefix(_SQLITE)), wanted.partitions, durable=durable)


def _kafka(url: str, wanted: settings.Bus, durable: bool, home: Path | None) -> Bus:
    from pipeline.bus import kafka, kafka_url

    return kafka.KafkaBus(kafka_url.read(url), kafka.wanted(wanted), name=_name(home))


def _confluent(url: str, wanted: settings.Bus, durable: bool, home: Path | None) -> Bus:
    try:
        from pipeline.bus import confluent, kafka, kafka_url
    except ImportError as error:
        raise Misconfigured(
            [
                Fault(
                    "bus.url",
                    f"confluent:// 需要另装：pip install 'yuqing[confluent]'（{error}）；或改用 kafka://",
                    f"confluent:// needs an extra: pip install 'yuqing[confluent]' ({error}); or write kafka://",
                )
            ]
        ) from error
    return confluent.ConfluentBus(kafka_url.read(url), kafka.wanted(wanted), name=_name(home))


_SCHEMES: dict[str, Callable[[str, settings.Bus, bool, Path | None], Bus]] = {
    "sqlite": _sqlite,
    "kafka": _kafka,
    "kafkas": _kafka,
    "confluent": _confluent,
    "confluents": _confluent,
}


def _name(home: Path | None) -> str:
    """Return a name for this installation on this machine, in the letters that Kafka allows."""
    if home is None:
        return ""
    host = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:100]
    return f"{host}-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:8]}"
