"""One visit to a source of pages: one page, then the host has its pause. The cursor says which page is next."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from crawlers import Outcome, RawPost, Visit
from crawlers.answer import Answer, Trouble
from crawlers.charset import declared_in, decode
from crawlers.errand import Errand
from crawlers.plaintext import one_line, parse, text_of, tidy
from crawlers.spiders.reader import Reader
from crawlers.urls import canonical
from crawlers.verdict import verdict
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
        words = "；".join(filter(None, (f"{url}：{bad.problem}", problem)))
        stop = bad.outcome in (Outcome.BLOCKED, Outcome.FORBIDDEN) or bad.next_in is not None
        cursor = errand.cursor if stop else _write(memory)
        return Visit(outcome=bad.outcome, cursor=cursor, problem=words, next_in=bad.next_in if stop else rest)
    title, text = _article(page.text)
    key, words = digest(canonical(url))[:12], digest(title, text)[:12]
    base = answer.date or errand.now
    new = bool(title or text) and memory.seen.get(key) != words
    published_at = memory.first_at.setdefault(key, base)
    memory.seen[key] = words
    post = RawPost(
        native_id=canonical(url),
        published=Published(published_at, Precision.S, Basis.FETCH),
        fetched_at=errand.now,
        kind=errand.kind,
        title=title,
        text=text,
        url=canonical(url),
        fetch=Fetch(answer.status, page.charset, "allowed", "page/1", (*page.warnings, "missing_date")),
    )
    outcome = Outcome.DEGRADED if problem else Outcome.NEWS if new else Outcome.QUIET
    return Visit(
        outcome=outcome,
        posts=[post] if new else [],
        cursor=_write(memory),
        problem=problem,
        next_in=rest,
        warnings=page.warnings,
    )


def _write(memory: Memory) -> str:
    return msgspec.json.encode(memory).decode()


def _article(source: str) -> tuple[str, str]:
    """Return title and text of a page; where it marks its article, the article's only."""
    tree = parse(source)
    title = next((one_line(element.text or "") for element in tree.iter("title")), "")
    article = next((element for tag in ("article", "main") for element in tree.iter(tag)), tree)
    return title, tidy(text_of(article))
