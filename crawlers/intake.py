"""The one door: what a connector read becomes posts without personal data, and only then goes on the bus."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from crawlers import RawPost, SourceCard
from crawlers.pseudonyms import Pseudonyms
from pipeline.bus import Bus, Message
from pipeline.metrics import METRICS
from pipeline.model import (
    Account,
    Author,
    Engagement,
    Fetch,
    Kind,
    Op,
    Order,
    Post,
    Published,
    Source,
    Thread,
    came_late,
    clock_suspect,
    encode,
    post_id,
    revision,
)
from pipeline.privacy import Masked, Masker, scrub
from pipeline.topics import POSTS

LONGEST = 200_000  # characters of text that are kept; CONNECTORS §6.2
LONGEST_TITLE = 2000
_READ = 2 * LONGEST  # of what comes, so much is looked at: masked, a text is shorter, but never by more than half
_HALF_WORD = re.compile(r"[\w@.\-]+$")
_WORD_MOST = 64
_LONGEST_WORD = 300  # of everything that is neither title nor text
_UNSPEAKABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but for tab and line breaks
    "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # direction marks can make a text look like another one
    "\ud800-\udfff\ufffe\uffff]"  # half characters and non-characters, which no encoder takes
)
_POST_ID = re.compile(r"u5:[0-9a-f-]{36}")  # a recording of ours names other posts by our ids
_PSEUDONYM = re.compile(r"hm:(?:[0-9a-f]{32}|(?!.*\d{7})[A-Za-z0-9_.-]{1,32})")


def cleaned(text: str) -> str:
    """Return *text* without characters that cannot be shown, stored or trusted; lines end in ``\\n``."""
    return _UNSPEAKABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class Intake:
    """Masks, pseudonymises and publishes. Raw text lives only inside one call of it."""

    def __init__(self, bus: Bus, masker: Masker, pseudonyms: Pseudonyms) -> None:
        self._bus = bus
        self._masker = masker
        self._pseudonyms = pseudonyms

    def accept(self, card: SourceCard, raw: Sequence[RawPost]) -> int:
        """Put *raw* on the bus, masked, and return how many posts that were; on return they are durable.

        Raises Unavailable if none were surely stored; accepting the same again is harmless.
        """
        return self.publish(self.posts(card, raw))

    def posts(self, card: SourceCard, raw: Sequence[RawPost]) -> list[Post]:
        """Return *raw* as posts without personal data, in the same order."""
        spoken = [("", "") if post.op is Op.DELETE else words_of(post) for post in raw]
        masked = self._masker.mask_batch(spoken, [post.kind is Kind.ARTICLE for post in raw])
        return [self._post(card, post, words) for post, words in zip(raw, masked, strict=True)]

    def publish(self, posts: Sequence[Post]) -> int:
        """Put *posts* on the bus and return how many they are. Raises Unavailable."""
        self._bus.publish(POSTS, [Message(key=post.key, value=encode(post)) for post in posts])
        for post in posts:
            METRICS.posts_collected.labels(post.source.id).inc()
            if post.op is Op.UPSERT:
                METRICS.collect_delay.labels(post.source.id).observe(
                    max(0.0, (post.fetched_at - post.at).total_seconds())
                )
        return len(posts)

    def _post(self, card: SourceCard, raw: RawPost, words: Masked) -> Post:
        platform, native_id = cleaned(raw.platform) or card.id, cleaned(raw.native_id)
        published = _published(raw.published)
        fetched_at = raw.fetched_at.astimezone(UTC)
        return Post(
            id=_id(platform, native_id),
            rev=revision(words.title[:LONGEST_TITLE], words.text[:LONGEST]),
            op=raw.op,
            kind=raw.kind,
            source=_source(card, raw),
            platform=platform,
            native_id=native_id,
            url=cleaned(raw.url),
            title=words.title[:LONGEST_TITLE],
            text=words.text[:LONGEST],
            text_truncated=len(words.text) > LONGEST or len(raw.text) > _READ,
            author=self._author(card, raw),
            account=_account(raw),
            published=published,
            fetched_at=fetched_at,
            edited_at=_utc(raw.edited_at),
            deleted_at=fetched_at if raw.op is Op.DELETE else None,
            thread=_thread(platform, raw),
            engagement=_engagement(raw.engagement),
            order=_order(raw.order),
            tags=tuple(_word(tag) for tag in raw.tags),
            missing=raw.missing,
            flags=_flags(raw.flags, published.at, fetched_at),
            fetch=_fetch(raw.fetch),
        )

    def _author(self, card: SourceCard, raw: RawPost) -> Author:
        if raw.author_key and _PSEUDONYM.fullmatch(raw.author_key):
            return Author(key=raw.author_key, public_account=raw.public_account)
        native = raw.author or raw.author_key  # what only claims to be a pseudonym is treated as an id
        if not native:
            return Author(public_account=raw.public_account)
        at = raw.fetched_at if clock_suspect(raw.published.at, raw.fetched_at) else raw.published.at
        return Author(key=self._pseudonyms.key(card.id, native, at), public_account=raw.public_account)


def _account(raw: RawPost) -> Account | None:
    """Return the registered account that wrote it: one that says so of itself is an office, and nobody's pseudonym."""
    id_ = raw.account_id or (cleaned(raw.author or raw.author_key or "") if raw.public_account else "")
    return Account(id=id_) if id_ else None


def _source(card: SourceCard, raw: RawPost) -> Source:
    return Source(
        id=card.id, connector=card.connector, channel=_word(raw.channel), access=card.access, class_=card.class_
    )


def words_of(raw: RawPost) -> tuple[str, str]:
    """Return title and text as they go to be masked: without what cannot be shown, and no longer than is looked at."""
    return cleaned(_within(raw.title, 2 * LONGEST_TITLE)), cleaned(_within(raw.text, _READ))


def _within(text: str, most: int) -> str:
    """Return the first *most* characters of *text*, without the word that the cut went through: it may be half a number."""
    if len(text) <= most:
        return text
    return text[: most - _WORD_MOST] + _HALF_WORD.sub("", text[most - _WORD_MOST : most])


def _word(text: str) -> str:
    """Return a short field (a tag, a unit, a time as written) masked like the text: people hide things there."""
    return scrub(cleaned(text)[:_LONGEST_WORD]) if text else ""


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _published(published: Published) -> Published:
    return msgspec.structs.replace(published, at=published.at.astimezone(UTC), raw=_word(published.raw))


def _id(platform: str, native_id: str) -> str:
    return native_id if _POST_ID.fullmatch(native_id) else post_id(platform, native_id)


def _thread(platform: str, raw: RawPost) -> Thread:
    def id_of(native_id: str | None) -> str | None:
        return _id(platform, cleaned(native_id)) if native_id else None

    return Thread(
        root_id=id_of(raw.root_native_id or raw.parent_native_id),
        parent_id=id_of(raw.parent_native_id),
        repost_of=id_of(raw.repost_of_native_id),
    )


def _engagement(seen: Engagement) -> Engagement:
    return msgspec.structs.replace(seen, at=_utc(seen.at))


def _order(order: Order | None) -> Order | None:
    if order is None:
        return None
    return Order(id=cleaned(order.id), unit=_word(order.unit or "") or None, status=_word(order.status or "") or None)


def _flags(flags: tuple[str, ...], published_at: datetime, fetched_at: datetime) -> tuple[str, ...]:
    """Return *flags* with what the two times tell; what a new source has of old times is no late news."""
    if clock_suspect(published_at, fetched_at):
        return _with(flags, "clock_suspect")
    if came_late(published_at, fetched_at) and "backfill" not in flags:
        return _with(flags, "late")
    return flags


def _with(flags: tuple[str, ...], flag: str) -> tuple[str, ...]:
    return flags if flag in flags else (*flags, flag)


def _fetch(fetch: Fetch) -> Fetch:
    return msgspec.structs.replace(fetch, warnings=tuple(cleaned(warning) for warning in fetch.warnings))
