"""How the desk itself is: parts, stages, sources. Answers /healthz and the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from crawlers.frontier import Frontier
from crawlers.pace import CLOCK, GOOD, Standing
from dashboards.console.health import Health, Part, SourceHealth, StageHealth
from pipeline.analyse import AnalyseStage, ClusterStage
from pipeline.app.status import silent, statuses, worker_of
from pipeline.detect.stage import DetectStage
from pipeline.errors import Unavailable
from pipeline.index.stage import IndexStage
from pipeline.match.stage import MatchStage
from pipeline.notify import Desk, NotifyStage

if TYPE_CHECKING:
    from pipeline.app.desk import App

READS = {
    stage.name: stage.reads for stage in (AnalyseStage, ClusterStage, MatchStage, DetectStage, NotifyStage, IndexStage)
}
"""What each stage reads, by its name."""

_LEAST_FREE_BYTES = 200 * 1024 * 1024
_BEHIND = 10_000  # messages; a stage that has more to read cannot warn in time


class HealthBook:
    """Collects what the parts say of themselves."""

    def __init__(self, app: App, frontier: Frontier, parts: tuple[str, ...], stages: tuple[str, ...]) -> None:
        self._app = app
        self._frontier = frontier
        self._parts = parts
        self._stages = stages

    def __call__(self, now: datetime) -> Health:
        return Health(
            parts=(*self._dependencies(), *self._processes(now), *self._rules(now)),
            stages=tuple(self._stage_lags(now)),
            sources=tuple(_source(standing, now) for standing in self._frontier.standings()),
        )

    def _dependencies(self) -> Iterator[Part]:
        app = self._app
        yield _asked("bus", lambda: f"积压 {app.backlog()}")
        yield _asked("index", lambda: f"{app.index.count()} 条")
        yield _asked("ledger", lambda: _outbox(app.desk))
        free = shutil.disk_usage(app.home).free
        yield Part(name="disk", ok=free > _LEAST_FREE_BYTES, words=f"剩余 {free // 2**20} MB")

    def _processes(self, now: datetime) -> Iterator[Part]:
        heard = statuses(self._app.home)
        for name in self._parts:
            status = heard.get(name)
            if status is None:
                yield Part(name=name, ok=False, words="没有运行 / not running")
            elif silent(status, now):
                yield Part(name=name, ok=False, words=f"自 {status.at:%H:%M:%S}Z 起没有动静 / silent")
            else:
                yield Part(name=name, words="待命，由另一台在做 / standing by" if status.standing_by else "")

    def _rules(self, now: datetime) -> Iterator[Part]:
        live = self._app.live_rules
        if live is not None:
            live.look(now)  # this process follows the files by itself, as the stages do
        book, refused = (live.book, live.refused) if live is not None else (self._app.rulebook, ())
        words = f"{len(book.rules)} 条规则"
        if refused:
            words += f"；改过的文件有 {len(refused)} 处错，仍用原来的规则，见 yuqing check：{refused[0].place}"
        elif book.errors:
            words += f"，{len(book.errors)} 处有错未加载，见 yuqing check"
        yield Part(name="rules", ok=not (refused or book.errors), words=words)

    def _stage_lags(self, now: datetime) -> Iterator[StageHealth]:
        heard = statuses(self._app.home)
        for name in self._stages:
            lags = [status.lag for part, status in heard.items() if worker_of(part, name)]
            if not any(worker_of(part, name) for part in self._parts):
                lags = self._lag_elsewhere(name)
            lag = max(lags, default=0)  # each worker tells what waits for all of them
            yield StageHealth(name=name, lag=lag, ok=bool(lags) and lag < _BEHIND)

    def _lag_elsewhere(self, name: str) -> list[int]:
        """Return the lag of a stage that other machines or containers run; all that is seen of it from here."""
        try:
            return [self._app.bus.lag(name, READS[name])]
        except Unavailable:
            return []


def _asked(name: str, ask: Callable[[], str]) -> Part:
    try:
        return Part(name=name, words=ask())
    except Unavailable as error:
        return Part(name=name, ok=False, words=str(error))


def _outbox(desk: Desk) -> str:
    waiting = sum(desk.health().waiting.values())
    return f"待发 {waiting}"


_ODD: Final = {
    CLOCK: (
        "时钟异常：帖文所称的时间不可信，已按采集时间计，请核对信源的时区",
        "wrong clock: times that cannot be true, posts count by when they were fetched; look at its time zone",
    ),
    "feed_gap": ("两次访问之间有帖文没有看到，请缩短间隔", "posts went by between two visits; visit it more often"),
}
"""What is odd about a source though it is heard, and what to do."""


def _odd(warnings: Sequence[str]) -> str:
    told = [_ODD[kind] for kind in warnings if kind in _ODD]
    return " / ".join("；".join(words) for words in zip(*told, strict=True))


def _source(standing: Standing, now: datetime) -> SourceHealth:
    heard_at = standing.good_at or standing.visited_at
    due = standing.next_due or now
    blind = now - heard_at if heard_at and (standing.outcome not in GOOD or due < now - timedelta(minutes=1)) else None
    return SourceHealth(
        id=standing.id,
        outcome=standing.outcome.value if standing.outcome else "",
        ok=standing.outcome is None or standing.outcome in GOOD,
        problem=standing.problem or _odd(standing.warnings),
        seen=standing.good_at,
        news=standing.last_news_at,
        blind_s=blind.total_seconds() if blind else 0.0,
    )
