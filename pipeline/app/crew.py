"""How many processes each stage has, what they are called, and which two stages are one process."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import topics
from pipeline.bus import Bus
from pipeline.errors import Fault, Misconfigured
from pipeline.log import get
from pipeline.settings import Settings

log = get("crew")

SEVERAL = {
    "analyse": topics.POSTS,
    "match": topics.ANALYSED,
    "detect": topics.MATCHES,
    "index": topics.ANALYSED,
}
"""The stages whose partitions may be dealt out, and what they read; every other part has one process."""


def mirrored(settings: Settings) -> bool:
    """Say whether there is a search server, and so boards to feed."""
    return not settings.index_url.startswith("sqlite:")


def usual(settings: Settings, parts: Sequence[str]) -> tuple[str, ...]:
    """Return those of *parts* that run where nobody names any."""
    return tuple(name for name in parts if name != "mirror" or mirrored(settings))


def workers(name: str, settings: Settings) -> int:
    """Return how many processes a part has here."""
    return settings.engine.workers if name in SEVERAL and not _one_writer(name, settings) else 1


def fused(names: Sequence[str], settings: Settings) -> bool:
    """Say whether analyse and cluster run in one process: where each has one, the hop between them is for nothing."""
    return workers("analyse", settings) == 1 and {"analyse", "cluster"} <= set(names)


def called(name: str, member: int, of: int) -> str:
    """Return the name of one process of a part: ``match``, or ``match.1`` where there are several."""
    return name if of == 1 else f"{name}.{member}"


def processes(names: Sequence[str], settings: Settings) -> list[str]:
    """Return the names of all that say how they are; where two stages are one process, it speaks for both."""
    counted = [(name, workers(name, settings)) for name in names]
    return [called(name, member, of) for name, of in counted for member in range(of)]


def check_mirror(settings: Settings) -> None:
    """Raise Misconfigured where there are no boards that a mirror could feed."""
    if not mirrored(settings):
        zh = "mirror 把看板的数据写进 Elasticsearch 或 OpenSearch，请先设置 index.url"
        en = "mirror writes what the boards show into Elasticsearch or OpenSearch; set index.url"
        raise Misconfigured([Fault("index.url", zh, en)])


def check(names: Sequence[str], settings: Settings, bus: Bus) -> None:
    """Raise Misconfigured where workers would have nothing to read; only warn where other machines share the work."""
    if "mirror" in names:
        check_mirror(settings)
    if settings.engine.workers == 1:
        return
    shared = [name for name in SEVERAL if name in names]
    for name in shared:
        if _one_writer(name, settings):
            log.warning("one worker: a SQLite file has one writer at a time", stage=name)
    thin = {SEVERAL[name]: len(bus.end(SEVERAL[name])) for name in shared if workers(name, settings) > 1}
    thin = {topic: count for topic, count in thin.items() if count < settings.engine.workers}
    if thin and settings.bus_url.startswith("sqlite:"):
        raise Misconfigured([_thin(topic, count, settings.engine.workers) for topic, count in thin.items()])
    for topic, count in thin.items():
        log.warning("more workers than partitions, some stand by", topic=topic, partitions=count,
                    workers=settings.engine.workers)  # fmt: skip


def _one_writer(name: str, settings: Settings) -> bool:
    """Say whether the stage writes to a file that has one writer at a time: a second process would only wait."""
    files = {"detect": settings.ledger_url, "index": settings.index_url}
    return files.get(name, "").startswith("sqlite:")


def _thin(topic: str, count: int, workers: int) -> Fault:
    return Fault(
        "bus.partitions",
        f"主题 {topic} 只有 {count} 个分区，不够 {workers} 个进程分：请把 engine.workers 减到 {count}，"
        "或在新的总线上把 bus.partitions 调大",
        f"topic {topic} has {count} partitions, too few for {workers} workers: set engine.workers to {count}, "
        "or a larger bus.partitions on a new bus",
    )
