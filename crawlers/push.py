"""Take posts that others send: signed, fresh, not replayed, and answered only when the bus has them.

A peer signs ``"<unix time>.<body>"`` with the shared secret and sends it on, with a file ``posts.jsonl``::

    t=$(date +%s); v1=$( (printf '%s.' "$t"; cat posts.jsonl) | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
    curl --data-binary @posts.jsonl -H "X-Yuqing-Signature: t=$t,v1=$v1" http://127.0.0.1:8642/v1/ingest/SOURCE
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from crawlers import RawPost, SourceCard
from crawlers.connectors.push import Push
from crawlers.intake import Intake
from crawlers.recording import raw_post, rows_of
from crawlers.sources import OpenSource
from pipeline import log
from pipeline.errors import Fault, Misconfigured, Rejected, Unavailable
from pipeline.metrics import METRICS

HEADER: Final = "X-Yuqing-Signature"
LARGEST: Final = 1_000_000  # bytes of one body
TOLERANCE: Final = timedelta(minutes=5)
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")
_log = log.get("push")


@dataclass(frozen=True)
class PushSource:
    """A source that sends to us, and the secret that it shares with us."""

    card: SourceCard
    secret: bytes


class Refusal(Exception):
    """The request is refused as a whole: HTTP *status*, a constant *code*, and words for people."""

    def __init__(self, status: int, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.status, self.code, self.zh, self.en = status, code, zh, en

    def answer(self) -> JSONResponse:
        headers = {"Retry-After": "5"} if self.status == 503 else None
        return JSONResponse({"error": {"code": self.code, "zh": self.zh, "en": self.en}}, self.status, headers)


class Seen:
    """The signatures of the last minutes; one is good for one delivery."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def take(self, signature: str, now: datetime) -> bool:
        """Use *signature*; False if it was used before."""
        self._until = {each: until for each, until in self._until.items() if until >= now}
        if signature in self._until:
            return False
        self._until[signature] = now + 2 * TOLERANCE
        return True

    def give_back(self, signature: str) -> None:
        """Make *signature* good again: its delivery failed on our side."""
        self._until.pop(signature, None)


def sign(body: bytes, secret: bytes, at: datetime) -> str:
    """Return the value of the signature header for *body* sent *at*."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(body, secret, str(seconds))}"


def push_sources(opened: Sequence[OpenSource], environ: Mapping[str, str] | None = None) -> dict[str, PushSource]:
    """Return those of *opened* that push. Raises Misconfigured with every missing secret."""
    sources: dict[str, PushSource] = {}
    faults: list[Fault] = []
    for source in opened:
        if isinstance(source.connector, Push):
            try:
                secret = source.connector.secret(source.card.id, environ)
                sources[source.card.id] = PushSource(source.card, secret)
            except Misconfigured as error:
                faults += error.faults
    if faults:
        raise Misconfigured(faults)
    return sources


def routes(intake: Intake, sources: Mapping[str, PushSource], clock: Callable[[], datetime], seen: Seen) -> list[Route]:
    """Return the route ``POST /v1/ingest/{source}``.

    The body is one post, a list, or one a line (``yuqing.post/1`` or looser). Answers 202 with the number
    accepted and a reason for each item that was not; 401 without a good signature, 403 for an old or used
    one, 404 for no such source, 413 over 1 MB, 422 if no item is any good, 503 if the bus is away.
    """

    async def ingest(request: Request) -> JSONResponse:
        try:
            return await _ingest(request, intake, sources, clock(), seen)
        except Refusal as refusal:
            _log.warning("push refused", source=request.path_params["source"][:64], code=refusal.code)
            return refusal.answer()

    return [Route("/v1/ingest/{source}", ingest, methods=["POST"])]


async def _ingest(
    request: Request, intake: Intake, sources: Mapping[str, PushSource], now: datetime, seen: Seen
) -> JSONResponse:
    source = sources.get(request.path_params["source"])
    if source is None:
        raise Refusal(404, "no_source", "没有这个推送来源", "there is no such push source")
    body = await _body(request)
    signature = _checked(request.headers.get(HEADER, ""), body, source.secret, now)
    posts, rejected = _read(body, source.card, now)
    if not posts:
        return JSONResponse({"accepted": 0, "rejected": rejected}, 422)
    if not seen.take(signature, now):
        raise Refusal(
            403, "replayed", "这个签名已经用过；重发请重新签名", "this signature was used; sign again to resend"
        )
    try:
        accepted = await run_in_threadpool(intake.accept, source.card, posts)
    except Unavailable as error:
        seen.give_back(signature)
        raise Refusal(
            503, "busy", "暂时存不下，请稍后原样重发", "cannot store now; send the same again later"
        ) from error
    METRICS.fetches.labels(source.card.id, "push").inc()
    return JSONResponse({"accepted": accepted, "rejected": rejected}, 202)


async def _body(request: Request) -> bytes:
    too_large = Refusal(413, "too_large", "一次最多 1 MB，请分批推送", "at most 1 MB at a time; send it in parts")
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > LARGEST:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise too_large
    return bytes(body)


def _checked(header: str, body: bytes, secret: bytes, now: datetime) -> str:
    """Return the signature if it is right and fresh. Raises Refusal."""
    found = _SIGNATURE.fullmatch(header.replace(" ", ""))
    if found is None:
        zh = f"缺少签名；请带请求头 {HEADER}: t=时间,v1=签名"
        raise Refusal(401, "unsigned", zh, f"send the header {HEADER}: t=TIME,v1=SIGNATURE")
    seconds, mac = found.groups()
    if not hmac.compare_digest(mac, _mac(body, secret, seconds)):
        raise Refusal(
            401, "bad_signature", "签名不对：请核对密钥与正文", "wrong signature: check the secret and the body"
        )
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise Refusal(
            403, "stale", "签名时间相差超过 5 分钟，请校准时钟", "signed more than 5 minutes away; set the clock"
        )
    return f"{seconds}.{mac}"


def _mac(body: bytes, secret: bytes, seconds: str) -> str:
    return hmac.new(secret, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(body: bytes, card: SourceCard, now: datetime) -> tuple[list[RawPost], list[dict[str, object]]]:
    """Return the posts in *body*, and item number and reason of everything else. What a row calls its source
    does not count: a peer speaks for itself only."""
    posts: list[RawPost] = []
    rejected: list[dict[str, object]] = []
    for number, row in rows_of(body):
        try:
            if isinstance(row, Rejected):
                raise row
            posts.append(_not_from_tomorrow(raw_post(row, fetched_at=now, zone=card.zone), now))
        except Rejected as reason:
            rejected.append({"item": number, "reason": str(reason)})
    return posts, rejected


def _not_from_tomorrow(post: RawPost, now: datetime) -> RawPost:
    return replace(post, fetched_at=min(post.fetched_at, now))
