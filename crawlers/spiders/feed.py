"""One visit to a feed: ask only for what changed, take only what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from crawlers import Outcome, RawPost, Visit
from crawlers.answer import Answer, Trouble
from crawlers.charset import Decoded, declared_in, decode
from crawlers.dates import believed, read_time
from crawlers.errand import Errand
from crawlers.spiders.reader import Reader
from crawlers.syndication import BOZO, Entry, Feed, read_feed
from crawlers.urls import canonical
from crawlers.verdict import Verdict, missing, not_a_feed, verdict
from pipeline.model import Engagement, Fetch, digest

FULL_EVERY = timedelta(hours=24)  # some servers answer 304 for ever
_REMEMBERED = 2000
_BOZO_TOLERATED = 3


class Memory(msgspec.Struct, omit_defaults=True):
    """The cursor of a feed: what the server told us to send back, and which entries we have."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    full_at: datetime | None = None
    seen: dict[str, str] = {}
    missing: int = 0
    bozo: int = 0

    @classmethod
    def recall(cls, cursor: str) -> Memory:
        return msgspec.json.decode(cursor, type=cls) if cursor else cls()

    def write(self) -> str:
        return msgspec.json.encode(self).decode()


async def visit_feed(errand: Errand, reader: Reader) -> Visit:
    memory = Memory.recall(errand.cursor)
    answer = await reader.get(errand.urls[0], _conditions(memory, errand.now))
    return received(errand, memory, answer)


def _conditions(memory: Memory, now: datetime) -> dict[str, str]:
    """Return the headers that ask for changes only; none once a day."""
    if memory.full_at is None or now - memory.full_at >= FULL_EVERY:
        return {}
    conditions = {"If-None-Match": memory.etag, "If-Modified-Since": memory.modified}
    return {name: value for name, value in conditions.items() if value}


def received(errand: Errand, memory: Memory, answer: Answer) -> Visit:
    """Return what *answer* brought. A visit without a usable answer leaves the memory as it was."""
    if answer.trouble is Trouble.TURN:
        return Visit(outcome=Outcome.QUIET, cursor=errand.cursor, next_in=timedelta(seconds=answer.wait_s))
    if answer.status == 304:
        return Visit(outcome=Outcome.QUIET, cursor=errand.cursor)
    page = decode(answer.body, declared_in(answer.body), answer.content_type)
    if bad := verdict(answer, page.text, errand.now):
        return _ended(errand, memory, bad)
    body_digest = digest(page.text)
    memory = msgspec.structs.replace(
        memory,
        etag=answer.headers.get("etag", ""),
        modified=answer.headers.get("last-modified", ""),
        full_at=errand.now,
        missing=0,
    )
    if memory.digest == body_digest:
        return Visit(outcome=Outcome.QUIET, cursor=memory.write())
    feed = read_feed(page.text, answer.url)
    if feed is None:
        return _ended(errand, Memory.recall(errand.cursor), not_a_feed(answer, page.text))
    return _taken(errand, msgspec.structs.replace(memory, digest=body_digest), answer, page, feed)


def _ended(errand: Errand, memory: Memory, bad: Verdict) -> Visit:
    """Return a visit that took nothing. Only a missing page is remembered: the third time it is gone."""
    cursor = errand.cursor
    if bad.missing:
        memory = msgspec.structs.replace(memory, missing=memory.missing + 1)
        bad, cursor = missing(memory.missing), memory.write()
    return Visit(outcome=bad.outcome, cursor=cursor, next_in=bad.next_in, problem=bad.problem)


@dataclass(frozen=True)
class _Item:
    """An entry under the id it will keep, with when it was published."""

    native_id: str
    post: RawPost
    words: str


def _taken(errand: Errand, memory: Memory, answer: Answer, page: Decoded, feed: Feed) -> Visit:
    odd = (*page.warnings, *feed.warnings, *(("truncated",) if answer.cut else ()))
    items = _items(errand, answer, page, feed, odd)
    first = Memory.recall(errand.cursor).full_at is None
    new = [item for item in items if memory.seen.get(_short(item.native_id)) != item.words]
    warnings = set(odd) | {warning for item in new for warning in item.post.fetch.warnings}
    if memory.seen and items and not _known(items, memory):
        warnings.add("feed_gap")  # nothing in common with the last visit: entries went by unseen
    bozo = memory.bozo + 1 if BOZO in odd else 0
    memory = msgspec.structs.replace(memory, seen=_remember(memory.seen, items), bozo=bozo)
    posts = sorted((item.post for item in new), key=lambda post: post.published.at)
    posts = [_flagged(post, "backfill") for post in posts[-errand.first :]] if first else posts
    outcome = Outcome.DEGRADED if bozo >= _BOZO_TOLERATED else Outcome.NEWS if posts else Outcome.QUIET
    problem = (
        "订阅源连续三次格式有误（XML 不合规），能读的已读。请告知网站管理员。" if outcome is Outcome.DEGRADED else ""
    )
    return Visit(outcome=outcome, posts=posts, cursor=memory.write(), problem=problem, warnings=tuple(sorted(warnings)))


def _known(items: Sequence[_Item], memory: Memory) -> bool:
    return any(_short(item.native_id) in memory.seen for item in items)


def _items(errand: Errand, answer: Answer, page: Decoded, feed: Feed, odd: tuple[str, ...]) -> list[_Item]:
    """Return the entries, each once, those with words only."""
    shared = _shared_ids(feed)
    items: dict[str, _Item] = {}
    for entry in feed.entries:
        if entry.title or entry.text:
            item = _item(errand, answer, page, entry, odd, entry.id in shared)
            items.setdefault(item.native_id, item)
    return list(items.values())


def _shared_ids(feed: Feed) -> set[str]:
    """Return the ids that stand for several entries, or for the site: they name nothing."""
    titles: dict[str, set[tuple[str, str]]] = {}
    for entry in feed.entries:
        titles.setdefault(entry.id, set()).add((canonical(entry.link), entry.title))
    uses = Counter({id_: len(different) for id_, different in titles.items()})
    return {id_ for id_, count in uses.items() if id_ and (count > 1 or canonical(id_) == canonical(feed.link))}


def _item(errand: Errand, answer: Answer, page: Decoded, entry: Entry, odd: tuple[str, ...], shared: bool) -> _Item:
    base = answer.date or errand.now
    published, dated = believed(entry.date, base=base, zone=errand.zone)
    edited = read_time(entry.updated, base=base, zone=errand.zone) if entry.updated != entry.date else None
    url = canonical(entry.link)
    native_id = f"h:{digest(url, entry.title)}" if shared or not (entry.id or url) else canonical(entry.id) or url
    post = RawPost(
        native_id=native_id,
        published=published,
        fetched_at=errand.now,
        kind=errand.kind,
        title=entry.title,
        text=entry.text,
        url=url,
        author=entry.author or None,
        parent_native_id=canonical(entry.parent) or None,
        root_native_id=canonical(entry.parent) or None,
        engagement=Engagement(errand.now, comment=entry.comments) if entry.comments is not None else Engagement(),
        tags=entry.tags,
        edited_at=edited.at if edited else None,
        fetch=Fetch(
            answer.status, page.charset, "allowed", "feed/1", (*odd, *dated, *(("duplicate_id",) if shared else ()))
        ),
    )
    return _Item(native_id, post, digest(entry.title, entry.text)[:12])


def _flagged(post: RawPost, flag: str) -> RawPost:
    return replace(post, flags=(*post.flags, flag))


def _remember(seen: dict[str, str], items: Sequence[_Item]) -> dict[str, str]:
    """Return *seen* with *items* last, without the oldest; never fewer than the feed shows at once."""
    now = {_short(item.native_id): item.words for item in items}
    older = [(key, words) for key, words in seen.items() if key not in now]
    return dict(older[max(0, len(older) + len(now) - max(_REMEMBERED, len(now))) :]) | now


def _short(native_id: str) -> str:
    return digest(native_id)[:12]
