"""What a post costs: processor time in each stage and with many rules, bytes on the bus and in the index."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import msgspec

from pipeline.app.desk import App
from pipeline.app.parts import settle
from pipeline.bench import invented
from pipeline.bench.contest import Row, row
from pipeline.bench.scale import BATCH, LINE, invent
from pipeline.engine.worker import Worker
from pipeline.match.matcher import Matcher
from pipeline.model import AnalysedPost
from pipeline.settings import Settings
from pipeline.topics import ANALYSED, POSTS, TOPICS

RULES: Final = (1_000, 10_000, 100_000)
_A_CORE: Final = "1 post/s of one core"
_A_BYTE: Final = "1 byte/post"


class Figure(NamedTuple):
    name: str
    unit: str
    value: float


def run(posts: int, rounds: int, bus_url: str = "") -> list[Row]:
    """Return how many posts a second one core takes through each stage, and how many bytes a post becomes.

    On the Kafka at *bus_url* if there is one; how much that keeps, it does not say.
    """
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for figure in _figures(posts, bus_url):
            found.setdefault((figure.name, figure.unit), []).append(figure.value)
    return [row(name, values, unit) for (name, unit), values in found.items()]


def _figures(posts: int, bus_url: str) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="yuqing-sizing-") as folder:
        home = Path(folder)
        url = f"{bus_url.rstrip('/')}/sizing-{uuid.uuid4().hex[:8]}" if bus_url else ""
        tree = {"home": home, "bus": {"url": url}, "engine": {"batch": BATCH}}
        with closing(App(Settings.model_validate(tree))) as app:
            for chunk in invent(posts):
                app.bus.publish(POSTS, chunk)
            yield from (_stage(app.worker(name), name, posts) for name in LINE)
            yield from _rules(app)
        if not url:
            kept = {topic: _bytes(home / "bus", topic) for topic in TOPICS}
            yield from (Figure(f"bus-{topic}", _A_BYTE, size / posts) for topic, size in kept.items() if size)
        yield Figure("index-bytes", _A_BYTE, _bytes(home, "index") / posts)


def _stage(worker: Worker, name: str, posts: int) -> Figure:
    return Figure(f"stage-{name}", _A_CORE, posts / _spent_s(lambda: _drain(worker, posts)))


def _drain(worker: Worker, posts: int) -> None:
    while posts > 0:
        posts -= worker.step(0.25).read


def _rules(app: App) -> Iterator[Figure]:
    """Yield what matching costs with invented rules of two or three words; a post satisfies a few of them."""
    kept = app.bus.browse(ANALYSED, dict.fromkeys(app.bus.end(ANALYSED), 0), 8 * BATCH)
    lines = [line.value for one in kept for line in one.lines()][: 8 * BATCH]
    docs = [msgspec.json.decode(line, type=AnalysedPost) for line in lines]
    for count in RULES:
        matcher = Matcher(invented.rules(count, invented.names(count)))
        matcher.match(docs[:BATCH])  # what is made ready once is not what a post costs
        yield Figure(f"rules-{count}", _A_CORE, len(docs) / _spent_s(lambda: matcher.match(docs)))  # noqa: B023 # called at once


def _spent_s(work: Callable[[], object]) -> float:
    """Return the processor time of *work* in this process, whatever others do on the same cores."""
    settle()  # as a worker of the desk does
    began = time.process_time()
    work()
    return time.process_time() - began


def _bytes(folder: Path, name: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(f"{name}.db*"))
