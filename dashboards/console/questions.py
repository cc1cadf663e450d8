"""What a request asks, read and checked: wrong words raise Misconfigured, which the page explains."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request

from dashboards.console.picture import RANGES
from pipeline.errors import Fault, Misconfigured
from pipeline.index import STEPS
from pipeline.model import FIELDS, CaseState

T = TypeVar("T")

LONGEST_QUERY: Final = 2000
LARGEST_BODY: Final = 16_384
PAGE_MOST: Final = 200
STATES: Final = tuple(dict.fromkeys(("all", "open", *CaseState)))  # open: all that nobody has closed
# Fields to count by: matters, places and sources, never authors or accounts (DOMAIN P-06, P-10).
GROUPS: Final = frozenset(
    name for name in FIELDS if name.startswith(("matter.", "place.", "sentiment.", "source.", "gate.", "cluster.kind"))
) | {"platform", "kind", "order.unit", "order.status", "watch", *STEPS}


def query(request: Request) -> str:
    query = request.query_params.get("q", "")
    if len(query) > LONGEST_QUERY:
        raise wrong("q", f"检索式超过 {LONGEST_QUERY} 字", f"longer than {LONGEST_QUERY} characters")
    return query


def most(request: Request, usual: int) -> int:
    text = request.query_params.get("most", str(usual))
    if not text.isdecimal() or len(text) > len(str(PAGE_MOST)) or not 1 <= int(text) <= PAGE_MOST:
        raise wrong("most", f"应为 1 到 {PAGE_MOST}", f"from 1 to {PAGE_MOST}")
    return int(text)


def span(request: Request) -> str:
    name = request.query_params.get("range", "24h")
    if name not in RANGES:
        raise wrong("range", f"可用：{' '.join(RANGES)}", f"one of {' '.join(RANGES)}")
    return name


def state(request: Request) -> str:
    name = request.query_params.get("state", "all")
    if name not in STATES:
        raise wrong("state", f"可用：{' '.join(STATES)}", f"one of {' '.join(STATES)}")
    return name


def group(name: str) -> str:
    if name and name not in GROUPS:
        raise wrong("agg", f"不能按 {name} 聚合", f"posts are not counted by {name}")
    return name


def moment(text: str | None, place: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(place, "时间应写成 2026-03-10T08:00:00Z", "write 2026-03-10T08:00:00Z") from error


def wrong(place: str, zh: str, en: str) -> Misconfigured:
    return Misconfigured([Fault(place, zh, en)])


async def body(request: Request, kind: type[T]) -> T:
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST_BODY:
            raise wrong("body", "内容太长", "the body is too long")
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise wrong("body", f"内容读不懂：{error}", f"not readable: {error}") from error
