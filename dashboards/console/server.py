"""The page and what it asks for: routes, nothing else. What they show is made in the modules beside this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.console import picture, posts
from dashboards.console.answers import answer, explained, refusal
from dashboards.console.cases import Act, CaseBoard
from dashboards.console.feed import Feed
from dashboards.console.guard import Guard, forged
from dashboards.console.health import Health
from dashboards.console.watch import Watch
from pipeline.directory import Directory
from pipeline.errors import Fault, Misconfigured, Rejected, Unavailable
from pipeline.index import STEPS, PostIndex
from pipeline.model import FIELDS, Verb
from pipeline.notify.desk import Desk

STATIC: Final = Path(__file__).with_name("static")
LONGEST_QUERY: Final = 2000
LARGEST_BODY: Final = 16_384
PAGE_MOST: Final = 200
# Fields to count by: matters, places and sources, never authors or accounts (DOMAIN P-06, P-10).
GROUPS: Final = frozenset(
    name for name in FIELDS if name.startswith(("matter.", "place.", "sentiment.", "source.", "gate.", "cluster.kind"))
) | {"platform", "kind", "order.unit", "order.status", "watch", *STEPS}

Handler = Callable[[Request], Awaitable[Response]]


def console(
    index: PostIndex,
    desk: Desk,
    health: Callable[[datetime], Health],
    *,
    directory: Directory,
    clock: Callable[[], datetime],
    timezone: str = "Asia/Shanghai",
    push_routes: Sequence[BaseRoute] = (),
    hosts: Collection[str] = (),
) -> Starlette:
    """Return the application. *hosts* are names, beside addresses and localhost, under which people reach it."""
    pages = _Pages(index, CaseBoard(desk), health, directory, clock, timezone)
    routes: list[BaseRoute] = [*pages.routes(), *push_routes, Mount("/static", StaticFiles(directory=STATIC))]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={404: _no_such_page, 405: _no_such_verb},
    )
    app.state.feed = pages.feed
    return app


async def _no_such_page(_request: Request, _error: Exception) -> Response:
    return refusal(404, "没有这个页面", "there is no such page")


async def _no_such_verb(_request: Request, _error: Exception) -> Response:
    return refusal(405, "这里不能这样操作", "that cannot be done here")


def _told(handler: Handler) -> Handler:
    """Let *handler* raise our three errors; people get words."""

    @wraps(handler)
    async def telling(request: Request) -> Response:
        try:
            return await handler(request)
        except (Misconfigured, Rejected, Unavailable) as error:
            return explained(error)

    return telling


class _Pages:
    def __init__(
        self, index: PostIndex, board: CaseBoard, health: Callable[[datetime], Health], directory: Directory,
        clock: Callable[[], datetime], timezone: str,
    ) -> None:  # fmt: skip
        self._index = index
        self._board = board
        self._health = health
        self._clock = clock
        self._timezone = timezone
        self._district = directory.territory.name
        self._names = _names(directory)
        watch = Watch(self._newest, board.rows, self._figures)
        self.feed = Feed(watch.look, clock)

    def routes(self) -> list[BaseRoute]:
        asked: Mapping[str, Handler] = {
            "/api/overview": self.overview,
            "/api/posts": self.stream,
            "/api/volume": self.volume,
            "/api/hot": self.hot,
            "/api/cases": self.cases,
            "/api/cases/{name}": self.case,
            "/api/sources": self.sources,
            "/api/search": self.search,
            "/healthz": self.healthz,
        }
        return [
            Route("/", self.page),
            *(Route(path, _told(handler)) for path, handler in asked.items()),
            Route("/api/cases/{name}/{verb}", _told(self.act), methods=["POST"]),
            Route("/events", self.events),
            Route("/metrics", self.metrics),
        ]

    async def page(self, _request: Request) -> Response:
        return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})

    async def overview(self, _request: Request) -> Response:
        return answer(await run_in_threadpool(self._figures, self._clock()))

    async def stream(self, request: Request) -> Response:
        query, most = _query(request), _most(request, 80)
        total, rows = await run_in_threadpool(posts.search, self._index, query, most=most)
        return answer({"total": total, "rows": rows})

    async def volume(self, request: Request) -> Response:
        range_ = _range(request)
        bars = await run_in_threadpool(picture.bars, self._index, range_, self._clock())
        alerts = await run_in_threadpool(self._board.flags, bars[0].at)
        return answer({"step_s": range_.step.total_seconds(), "bars": bars, "alerts": alerts})

    async def hot(self, request: Request) -> Response:
        rows = await run_in_threadpool(picture.hot, self._index, _range(request).length, self._clock())
        return answer({"rows": rows})

    async def cases(self, request: Request) -> Response:
        state = request.query_params.get("state", "all")
        rows = await run_in_threadpool(self._board.rows)
        return answer({"cases": [row for row in rows if state in ("all", row.state) or (state == "open" and row.open)]})

    async def case(self, request: Request) -> Response:
        file = await run_in_threadpool(self._board.file, request.path_params["name"])
        return answer(file) if file else refusal(404, "没有这个案件", "there is no such case")

    async def act(self, request: Request) -> Response:
        name, verb = request.path_params["name"], request.path_params["verb"]
        if forged(request.headers):
            return refusal(403, "请在值守页面上操作", "only the desk's own page may do this")
        if verb not in set(Verb):
            return refusal(404, f"没有“{verb}”这种操作", f"there is no verb {verb}")
        act = await _body(request)
        row = await run_in_threadpool(self._board.act, name, Verb(verb), act, self._clock())
        return answer({"case": row}, 202) if row else refusal(404, "没有这个案件", "there is no such case")

    async def sources(self, _request: Request) -> Response:
        health = await run_in_threadpool(self._health, self._clock())
        outbox = await run_in_threadpool(self._board.outbox)
        return answer({**msgspec.structs.asdict(health), "outbox": outbox})

    async def search(self, request: Request) -> Response:
        query, asked = _query(request), request.query_params
        since, until = _moment(asked.get("since"), "since"), _moment(asked.get("until"), "until")
        if asked.get("format") == "csv":
            most = posts.EXPORT_MOST
            _, rows = await run_in_threadpool(posts.search, self._index, query, since=since, until=until, most=most)
            headers = {"content-disposition": 'attachment; filename="yuqing.csv"'}
            return Response(posts.as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)
        by = _group(asked.get("agg", ""))
        total, rows = await run_in_threadpool(posts.search, self._index, query, since=since, until=until)
        buckets = await run_in_threadpool(self._buckets, query, by, since, until) if by else []
        return answer({"total": total, "rows": rows, "buckets": buckets})

    async def events(self, request: Request) -> Response:
        last = request.headers.get("last-event-id", "")
        return StreamingResponse(self.feed.listen(last), media_type="text/event-stream")

    async def metrics(self, _request: Request) -> Response:
        return Response(await run_in_threadpool(generate_latest, REGISTRY), media_type=CONTENT_TYPE_LATEST)

    async def healthz(self, _request: Request) -> Response:
        health = await run_in_threadpool(self._health, self._clock())
        body = {"ok": health.ok, "parts": health.parts, "stages": health.stages}
        return answer(body, 200 if health.ok else 503)

    def _newest(self, since: datetime | None, most: int) -> list[posts.PostRow]:
        return posts.search(self._index, "*", since=since, most=most)[1]

    def _figures(self, now: datetime) -> dict[str, object]:
        hour = timedelta(hours=1)
        tone = picture.tone(self._index, now - hour, now)
        before = picture.tone(self._index, now - 2 * hour, now - hour)
        counts = {"hour": tone.total(), "hour_neg": tone["neg"], "hour_before": before.total()}
        here = {"now": now, "timezone": self._timezone, "district": self._district, "names": self._names}
        return {**here, "posts": counts, "outbox": self._board.outbox(), **self._board.counts()}

    def _buckets(self, query: str, by: str, since: datetime | None, until: datetime | None) -> list[dict[str, object]]:
        asked = posts.asked(self._index, query)
        found = self._index.aggregate(asked, by, since=since, until=until)
        return [{"key": bucket.key, "n": bucket.count, "neg": bucket.neg} for bucket in found]


def _names(directory: Directory) -> dict[str, str]:
    """Return what places and units are called; units are ``unit:`` + id, for ids of the two may be the same."""
    places = {place.id: place.name for place in directory.places}
    return {**places, **{f"unit:{unit.id}": unit.name for unit in directory.units}}


def _query(request: Request) -> str:
    query = request.query_params.get("q", "")
    if len(query) > LONGEST_QUERY:
        raise _wrong("q", f"检索式超过 {LONGEST_QUERY} 字", f"longer than {LONGEST_QUERY} characters")
    return query


def _most(request: Request, usual: int) -> int:
    text = request.query_params.get("most", str(usual))
    if not text.isdecimal() or not 1 <= int(text) <= PAGE_MOST:
        raise _wrong("most", f"应为 1 到 {PAGE_MOST}", f"from 1 to {PAGE_MOST}")
    return int(text)


def _range(request: Request) -> picture.Range:
    name = request.query_params.get("range", "24h")
    if name not in picture.RANGES:
        raise _wrong("range", f"可用：{' '.join(picture.RANGES)}", f"one of {' '.join(picture.RANGES)}")
    return picture.RANGES[name]


def _group(name: str) -> str:
    if name and name not in GROUPS:
        raise _wrong("agg", f"不能按 {name} 聚合", f"posts are not counted by {name}")
    return name


def _moment(text: str | None, place: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(place, "时间应写成 2026-03-10T08:00:00Z", "write 2026-03-10T08:00:00Z") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _wrong(place: str, zh: str, en: str) -> Misconfigured:
    return Misconfigured([Fault(place, zh, en)])


async def _body(request: Request) -> Act:
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST_BODY:
            raise _wrong("body", "内容太长", "the body is too long")
    try:
        return msgspec.json.decode(raw or b"{}", type=Act)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise _wrong("body", f"内容读不懂：{error}", f"not readable: {error}") from error
