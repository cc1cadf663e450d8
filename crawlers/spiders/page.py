"""One visit to a source of pages: one page, then the host has its pause. The cursor says which page is next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from crawlers import Outcome, RawPost, Visit
from crawlers.answer import Answer, Trouble
from crawlers.charset import Decoded, declared_in, decode
from crawlers.errand import Errand
from crawlers.plaintext import one_line, parse, text_of, tidy
from crawlers.spiders.reader import Reader
from crawlers.urls import canonical
from crawlers.verdict import Verdict, verdict
from pipeline.model import Basis, Fetch, Precision, Published, digest


class Memory(msgspec.Struct, omit_defaults=True):
    """The cursor of a source of pages: which comes next, what each said, and until when one that is missing rests."""

    next: int = 0
    seen: dict[str, str] = {}
    first_at: dict[str, datetime] = {}
    rests: dict[str, datetime] = {}

    def resting(self, url: str, now: datetime) -> str:
        """Say why *url* is left alone for now; empty if it is not."""
        until = self.rests.get(_key(url), now)
        return f"打不开（404），{_hours(until - now)} 小时后再试。请核对网址。" if until > now else ""


async def visit_page(errand: Errand, reader: Reader) -> Visit:
    memory = msgspec.json.decode(errand.cursor, type=Memory) if errand.cursor else Memory()
    resting = {url: rests for url in errand.urls if (rests := memory.resting(url, errand.now))}
    refused = {url: why for url in errand.urls if url not in resting and (why := await reader.refusal(url))}
    problem = "；".join(f"不采集 {url}：{why}" for url, why in (refused | resting).items())
    allowed = [url for url in errand.urls if url not in refused and url not in resting]
    if not allowed:
        outcome = Outcome.FAILED if resting else Outcome.FORBIDDEN
        return Visit(outcome=outcome, cursor=errand.cursor, problem=problem, next_in=timedelta(hours=24))
    turn = _turn(memory.next, errand.urls, allowed)
    url = errand.urls[turn]
    answer = await reader.get(url)
    if answer.trouble is Trouble.TURN:
        return Visit(
            outcome=Outcome.QUIET, cursor=errand.cursor, problem=problem, next_in=timedelta(seconds=answer.wait_s)
        )
    memory.next = (turn + 1) % len(errand.urls)
    more = any(each in allowed for each in errand.urls[turn + 1 :])
    rest = timedelta(seconds=reader.gap_s(url)) if more else None  # after the last one the source has its usual pace
    return _read(errand, memory, answer, url, problem, rest)


def _turn(first: int, urls: Sequence[str], allowed: Collection[str]) -> int:
    """Return the place of the first of *urls* from *first* on, around the end, that is *allowed*."""
    around = (place % len(urls) for place in range(first, first + len(urls)))
    return next(place for place in around if urls[place] in allowed)


def _read(errand: Errand, memory: Memory, answer: Answer, url: str, problem: str, rest: timedelta | None) -> Visit:
    page = decode(answer.body, declared_in(answer.body), answer.content_type)
    if bad := verdict(answer, page.text, errand.now):
        told = "；".join(filter(None, (f"{url}：{bad.problem}", problem)))
        return (
            _missing(errand, memory, bad, url, told, rest) if bad.missing else _failed(errand, memory, bad, told, rest)
        )
    post = _post(errand, memory, answer, page, url)
    key, words = _key(url), digest(post.title, post.text)[:12]
    new = bool(post.title or post.text) and memory.seen.get(key) != words
    memory.seen[key] = words
    outcome = Outcome.DEGRADED if problem else Outcome.NEWS if new else Outcome.QUIET
    posts = [post] if new else []
    return Visit(
        outcome=outcome, posts=posts, cursor=_write(memory), problem=problem, next_in=rest, warnings=page.warnings
    )


def _failed(errand: Errand, memory: Memory, bad: Verdict, problem: str, rest: timedelta | None) -> Visit:
    """Return a visit that took nothing: a refusal or a wait holds for the whole site, a failure for its page."""
    whole = bad.outcome in (Outcome.BLOCKED, Outcome.FORBIDDEN) or bad.next_in is not None
    cursor, next_in = (errand.cursor, bad.next_in) if whole else (_write(memory), rest)
    return Visit(outcome=bad.outcome, cursor=cursor, problem=problem, next_in=next_in)


def _missing(errand: Errand, memory: Memory, bad: Verdict, url: str, problem: str, rest: timedelta | None) -> Visit:
    """Return a visit to a page that is not there: it rests, the others are read on."""
    pause = bad.next_in or timedelta(0)
    memory.rests[_key(url)] = errand.now + pause
    others = [each for each in errand.urls if each != url and not memory.resting(each, errand.now)]
    return Visit(outcome=bad.outcome, cursor=_write(memory), problem=problem, next_in=rest if others else pause)


def _post(errand: Errand, memory: Memory, answer: Answer, page: Decoded, url: str) -> RawPost:
    """Return the page as an article, published when we first saw it."""
    title, text = _article(page.text)
    url = canonical(url)
    first_at = memory.first_at.setdefault(_key(url), answer.date or errand.now)
    return RawPost(
        native_id=url,
        published=Published(first_at, Precision.S, Basis.FETCH),
        fetched_at=errand.now,
        kind=errand.kind,
        title=title,
        text=text,
        url=url,
        fetch=Fetch(answer.status, page.charset, "allowed", "page/1", (*page.warnings, "missing_date")),
    )


def _key(url: str) -> str:
    return digest(canonical(url))[:12]


def _hours(span: timedelta) -> int:
    return -(-span // timedelta(hours=1))


def _write(memory: Memory) -> str:
    return msgspec.json.encode(memory).decode()


def _article(source: str) -> tuple[str, str]:
    """Return title and text of a page; where it marks its article, the article's only."""
    tree = parse(source)
    title = next((one_line(element.text or "") for element in tree.iter("title")), "")
    article = next((element for tag in ("article", "main") for element in tree.iter(tag)), tree)
    return title, tidy(text_of(article))
