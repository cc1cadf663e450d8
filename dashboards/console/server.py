"""The page and what it asks for: routes, nothing else. What they show is made in the modules beside this one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.console import picture, posts, questions
from dashboards.console.answers import answer, explained, refusal
from dashboards.console.board import RANGE, board_bars, board_rows, open_by_level
from dashboards.console.briefly import Briefly
from dashboards.console.cases import Act, CaseBoard
from dashboards.console.detail import PostDesk, Relabel
from dashboards.console.doubtful import doubtful
from dashboards.console.exposition import exposition
from dashboards.console.feed import Feed
from dashboards.console.guard import Guard, forged
from dashboards.console.health import Health
from dashboards.console.hot import EventRow, event_rows
from dashboards.console.picture import RANGES, Bar, Hot
from dashboards.console.watch import Watch
from pipeline.analyse.explained import Pieces
from pipeline.directory import Directory
from pipeline.errors import Misconfigured, Rejected, Unavailable
from pipeline.index import PostIndex
from pipeline.ledger.corrections import Corrections
from pipeline.model import Verb
from pipeline.notify.desk import Desk

STATIC: Final = Path(__file__).with_name("static")

Handler = Callable[[Request], Awaitable[Response]]

_NO_POST: Final = refusal(404, "没有这条帖文，或已封存", "there is no such post, or it is withheld")


def console(
    index: PostIndex,
    desk: Desk,
    health: Callable[[datetime], Health],
    *,
    directory: Directory,
    corrections: Corrections,
    pieces: Pieces,
    clock: Callable[[], datetime],
    timezone: str = "Asia/Shanghai",
    push_routes: Sequence[BaseRoute] = (),
    hosts: Collection[str] = (),
) -> Starlette:
    """Return the application. *hosts* are names, beside addresses and localhost, under which people reach it."""
    pages = _Pages(
        index, CaseBoard(desk), corrections, PostDesk(index, corrections, pieces), health, directory, clock, timezone
    )
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


def _file(name: str) -> Handler:
    async def page(_request: Request) -> Response:
        return FileResponse(STATIC / name, headers={"cache-control": "no-cache"})

    return page


async def _to_case(request: Request) -> Response:
    """Follow the link in a notification to the case on the page."""
    return RedirectResponse(f"/#case/{quote(request.path_params['name'], safe='')}", 302)


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
        self, index: PostIndex, board: CaseBoard, corrections: Corrections, post_desk: PostDesk,
        health: Callable[[datetime], Health], directory: Directory, clock: Callable[[], datetime], timezone: str,
    ) -> None:  # fmt: skip
        self._index = index
        self._board = board
        self._corrections = corrections
        self._post_desk = post_desk
        self._health = health
        self._clock = clock
        self._timezone = timezone
        self._district = directory.territory.name
        self._names = _names(directory)
        self._hot: Briefly[list[Hot]] = Briefly(lambda name, now: picture.hot(index, RANGES[name].length, now))
        self._hot_events: Briefly[list[EventRow]] = Briefly(
            lambda name, now: event_rows(index, now - RANGES[name].length, now), timedelta(seconds=10)
        )
        self._bars: Briefly[list[Bar]] = Briefly(lambda name, now: picture.bars(index, RANGES[name], now))
        watch = Watch(self._newest, board.rows, self._figures)
        self.feed = Feed(watch.look, clock)

    def routes(self) -> list[BaseRoute]:
        asked: Mapping[str, Handler] = {
            "/api/overview": self.overview,
            "/api/posts": self.stream,
            "/api/post": self.post,
            "/api/doubtful": self.doubtful,
            "/api/volume": self.volume,
            "/api/hot": self.hot,
            "/api/hot-events": self.hot_events,
            "/api/cases": self.cases,
            "/api/cases/{name}": self.case,
            "/api/board": self.board,
            "/api/sources": self.sources,
            "/api/search": self.search,
            "/healthz": self.healthz,
        }
        return [
            Route("/", _file("index.html")),
            Route("/board", _file("board.html")),
            Route("/label", _file("label.html")),
            Route("/cases/{name}", _to_case),
            *(Route(path, _told(handler)) for path, handler in asked.items()),
            Route("/api/cases/{name}/{verb}", _told(self.act), methods=["POST"]),
            Route("/api/label", _told(self.relabel), methods=["POST"]),
            Route("/events", self.events),
            Route("/metrics", self.metrics),
        ]

    async def overview(self, _request: Request) -> Response:
        return answer(await run_in_threadpool(self._figures, self._clock()))

    async def stream(self, request: Request) -> Response:
        query, most = questions.query(request), questions.most(request, 80)
        total, rows = await run_in_threadpool(posts.search, self._index, query, most=most)
        return answer({"total": total, "rows": rows})

    async def post(self, request: Request) -> Response:
        detail = await run_in_threadpool(self._post_desk.detail, request.query_params.get("id", ""))
        return answer(detail) if detail else _NO_POST

    async def doubtful(self, request: Request) -> Response:
        field, most = request.query_params.get("field", "matter.department"), questions.most(request, 20)
        return answer(await run_in_threadpool(doubtful, self._index, self._corrections, field, most))

    async def relabel(self, request: Request) -> Response:
        if forged(request.headers):
            return refusal(403, "请在值守页面上操作", "only the desk's own page may do this")
        asked = await questions.body(request, Relabel)
        told = await run_in_threadpool(self._post_desk.relabel, asked, self._clock())
        return answer({"correction": told}) if told else _NO_POST

    async def volume(self, request: Request) -> Response:
        name = questions.span(request)
        bars = await run_in_threadpool(self._bars.get, name, self._clock())
        alerts = await run_in_threadpool(self._board.flags, bars[0].at)
        return answer({"step_s": RANGES[name].step.total_seconds(), "bars": bars, "alerts": alerts})

    async def hot(self, request: Request) -> Response:
        return answer({"rows": await run_in_threadpool(self._hot.get, questions.span(request), self._clock())})

    async def hot_events(self, request: Request) -> Response:
        rows = await run_in_threadpool(self._hot_events.get, questions.span(request), self._clock())
        return answer({"rows": rows})

    async def board(self, _request: Request) -> Response:
        return answer(await run_in_threadpool(self._on_board, self._clock()))

    async def cases(self, request: Request) -> Response:
        state = questions.state(request)
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
        act = await questions.body(request, Act)
        row = await run_in_threadpool(self._board.act, name, Verb(verb), act, self._clock())
        return answer({"case": row}, 202) if row else refusal(404, "没有这个案件", "there is no such case")

    async def sources(self, _request: Request) -> Response:
        health = await run_in_threadpool(self._health, self._clock())
        outbox = await run_in_threadpool(self._board.outbox)
        return answer({**msgspec.structs.asdict(health), "outbox": outbox})

    async def search(self, request: Request) -> Response:
        query, asked = questions.query(request), request.query_params
        since, until = questions.moment(asked.get("since"), "since"), questions.moment(asked.get("until"), "until")
        if asked.get("format") == "csv":
            most = posts.EXPORT_MOST
            _, rows = await run_in_threadpool(posts.search, self._index, query, since=since, until=until, most=most)
            headers = {"content-disposition": 'attachment; filename="yuqing.csv"'}
            return Response(posts.as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)
        by = questions.group(asked.get("agg", ""))
        total, rows = await run_in_threadpool(posts.search, self._index, query, since=since, until=until)
        buckets = await run_in_threadpool(self._buckets, query, by, since, until) if by else []
        return answer({"total": total, "rows": rows, "buckets": buckets})

    async def events(self, request: Request) -> Response:
        last = request.headers.get("last-event-id", "")
        return StreamingResponse(self.feed.listen(last), media_type="text/event-stream")

    async def metrics(self, _request: Request) -> Response:
        return Response(await run_in_threadpool(exposition), media_type=CONTENT_TYPE_LATEST)

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
        return {**self._here(now), "posts": counts, "outbox": self._board.outbox(), **self._board.counts()}

    def _here(self, now: datetime) -> dict[str, object]:
        return {"now": now, "timezone": self._timezone, "district": self._district, "names": self._names}

    def _on_board(self, now: datetime) -> dict[str, object]:
        return {
            **self._here(now),
            "step_s": RANGES[RANGE].step.total_seconds(),
            "bars": board_bars(self._bars.get(RANGE, now)),
            "hot": board_rows(self._hot.get(RANGE, now)),
            "levels": open_by_level(self._board.rows()),
        }

    def _buckets(self, query: str, by: str, since: datetime | None, until: datetime | None) -> list[dict[str, object]]:
        asked = posts.asked(self._index, query)
        found = self._index.aggregate(asked, by, since=since, until=until)
        return [{"key": bucket.key, "n": bucket.count, "neg": bucket.neg} for bucket in found]


def _names(directory: Directory) -> dict[str, str]:
    """Return what places and units are called; units are ``unit:`` + id, for ids of the two may be the same."""
    places = {place.id: place.name for place in directory.places}
    return {**places, **{f"unit:{unit.id}": unit.name for unit in directory.units}}
