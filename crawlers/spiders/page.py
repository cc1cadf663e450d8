"""One visit to a source of pages: one page, then the host has its pause. The cursor says which page is next."""

from __future__ import annotations

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
    """The cursor of a source of pages: which comes next, and what each said."""

    next: int = 0
    seen: dict[str, str] = {}
    first_at: dict[str, datetime] = {}


async def visit_page(errand: Errand, reader: Reader) -> Visit:
    memory = msgspec.json.decode(errand.cursor, type=Memory) if errand.cursor else Memory()
    refused = {url: why for url in errand.urls if (why := await reader.refusal(url))}
    problem = "；".join(f"不采集 {url}：{why}" for url, why in refused.items())
    allowed = [url for url in errand.urls if url not in refused]
    if not allowed:
        return Visit(outcome=Outcome.FORBIDDEN, cursor=errand.cursor, problem=problem, next_in=timedelta(hours=24))
    turn = memory.next % len(allowed)
    answer = await reader.get(allowed[turn])
    if answer.trouble is Trouble.TURN:
        return Visit(
            outcome=Outcome.QUIET, cursor=errand.cursor, problem=problem, next_in=timedelta(seconds=answer.wait_s)
        )
    memory.next = (turn + 1) % len(allowed)
    rest = timedelta(seconds=max(reader.gap_s(allowed[turn]), 0.0)) if memory.next else None
    return _read(errand, memory, answer, allowed[turn], problem, rest)


def _read(errand: Errand, memory: Memory, answer: Answer, url: str, problem: str, rest: timedelta | None) -> Visit:
    page = decode(answer.body, declared_in(answer.body), answer.content_type)
    if bad := verdict(answer, page.text, errand.now):
        return _failed(errand, memory, bad, "；".join(filter(None, (f"{url}：{bad.problem}", problem))), rest)
    post = _post(errand, memory, answer, page, url)
    key, words = digest(post.url)[:12], digest(post.title, post.text)[:12]
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


def _post(errand: Errand, memory: Memory, answer: Answer, page: Decoded, url: str) -> RawPost:
    """Return the page as an article, published when we first saw it."""
    title, text = _article(page.text)
    url = canonical(url)
    first_at = memory.first_at.setdefault(digest(url)[:12], answer.date or errand.now)
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


def _write(memory: Memory) -> str:
    return msgspec.json.encode(memory).decode()


def _article(source: str) -> tuple[str, str]:
    """Return title and text of a page; where it marks its article, the article's only."""
    tree = parse(source)
    title = next((one_line(element.text or "") for element in tree.iter("title")), "")
    article = next((element for tag in ("article", "main") for element in tree.iter(tag)), tree)
    return title, tidy(text_of(article))
