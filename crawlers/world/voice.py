"""How an invented post looks on its channel: author, counts, title, work order number, small carelessness."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers import RawPost
from crawlers.world.channels import Channel
from pipeline.model import Basis, Engagement, Fetch, Kind, Op, Order, Precision, Published, digest

_UNITS = {
    "water": "区水务局",
    "heat": "区住建局",
    "property": "区住建局",
    "noise": "市生态环境局青湖分局",
    "environment": "市生态环境局青湖分局",
    "traffic": "区交通局",
    "transit": "区交通局",
    "city": "区城管局",
    "market": "区市场监管局",
    "food": "区市场监管局",
    "health": "区卫健局",
    "education": "区教育局",
    "labor": "区人社局",
    "social": "区人社局",
}
_LAG_S = (0.5, 3.0)  # between writing and our reading


@dataclass(frozen=True)
class Arrival:
    """A post and the moment at which we get to read it."""

    at: datetime
    channel: str
    post: RawPost


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """What is said by whom, before it is anywhere."""

    key: str  # unique in a story
    text: str
    author: str
    topic: str = "other"
    lag: timedelta | None = None  # from writing to our reading; None for the usual second or two
    repost_of: str | None = None
    parent: str | None = None


def arrival(rng: random.Random, channel: Channel, at: datetime, said: Utterance) -> Arrival:
    """Return *said* as a post of *channel* that we read *at*."""
    lag = said.lag or timedelta(seconds=rng.uniform(*_LAG_S))
    native_id = f"{channel.name}-{said.key}"
    post = RawPost(
        native_id=native_id,
        published=Published(at=at - lag, precision=Precision.S, basis=Basis.FEED),
        fetched_at=at,
        kind=Kind.REPLY if said.parent and channel.kind is Kind.POST else channel.kind,
        title=_title(said.text) if channel.titled and not said.parent else "",
        text=said.text,
        url=f"https://{channel.source_id}.example/{native_id}",
        author=None if channel.kind is Kind.WORKORDER else said.author,  # the hotline tells nobody who called
        root_native_id=said.parent,
        parent_native_id=said.parent,
        repost_of_native_id=said.repost_of,
        engagement=counts(rng, channel, at),
        order=_order(channel, said, at) if channel.kind is Kind.WORKORDER else None,
        missing=channel.missing,
        fetch=Fetch(status=200, robots="allowed", parser="demo/1"),
    )
    return Arrival(at, channel.name, post)


def counts(rng: random.Random, channel: Channel, at: datetime, growth: float = 1.0) -> Engagement:
    """Return plausible counts: most posts have next to none, a few have many."""
    views = int(rng.paretovariate(1.1) * 8 * growth)
    make: dict[str, Callable[[], int]] = {
        "like": lambda: int(views * rng.uniform(0, 0.08)),
        "comment": lambda: int(views * rng.uniform(0, 0.03)),
        "share": lambda: int(views * rng.uniform(0, 0.02)),
        "view": lambda: views,
    }
    known = {name: count() for name, count in make.items() if name not in channel.missing}
    return Engagement(at=at, **known)


def observation(rng: random.Random, channel: Channel, at: datetime, first: RawPost) -> Arrival:
    """Return a later look at the counts of *first*."""
    seen = counts(rng, channel, at, growth=4.0)
    return Arrival(at, channel.name, replace(first, fetched_at=at, op=Op.OBSERVE, engagement=seen))


def edit(channel: Channel, at: datetime, first: RawPost, more: str) -> Arrival:
    """Return *first* after its author added *more*."""
    changed = replace(first, fetched_at=at, text=f"{first.text}\n{more}", edited_at=at)
    return Arrival(at, channel.name, changed)


def deletion(channel: Channel, at: datetime, first: RawPost) -> Arrival:
    return Arrival(at, channel.name, replace(first, fetched_at=at, op=Op.DELETE, title="", text=""))


def careless(rng: random.Random, text: str) -> str:
    """Return *text* as people type it: other punctuation, a doubled mark, a space. The words stay."""
    turn = rng.random()
    if turn < 0.15:
        return text.replace("，", " ").rstrip("。")
    if turn < 0.25:
        return text.replace("，", ",").replace("？", "?")
    if turn < 0.35:
        return text.rstrip("。！？!") + rng.choice(["！！", "!!!", "……", "。。。", "~"])
    return text


def short_key(*parts: object) -> str:
    return digest(*map(str, parts))[:12]


def _title(text: str) -> str:
    first = text.split("\n")[0]
    for mark in "，。！？,!?：":
        first = first.split(mark)[0] or first
    return first[:30]


def _order(channel: Channel, said: Utterance, at: datetime) -> Order:
    number = int(digest(channel.name, said.key)[:8], 16) % 1_000_000
    return Order(id=f"QH{at:%Y%m%d}{number:06d}", unit=_UNITS.get(said.topic), status="已受理")
