"""What goes on between the stories: chat, questions, thanks, small complaints, one slot of time after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from crawlers.world.channels import CHANNELS, Channel
from crawlers.world.grammar import Grammar
from crawlers.world.voice import Arrival, Utterance, arrival, careless, deletion, edit, observation, short_key

# Few complaints: a district in which everything is wrong at once would drown its own alerts.
_KINDS = {
    "chat": 500,
    "question": 160,
    "praise": 90,
    "replies": 100,
    "requests": 40,
    "criticism": 12,
    "traditional": 12,
    "private": 5,
    "advert": 25,
    "short": 20,
}
_HOTLINE_KINDS = {"requests": 5, "question": 60, "praise": 20}
_PEOPLE = 4000
LATER_SLOTS = 150  # after which nothing more happens to a post
HISTORY_SPARSITY = 10  # before the story began, one slot in ten is filled


class Everyday:
    """The everyday posts of a story: a pure function of seed, start and slot number."""

    def __init__(self, seed: int, start: datetime, rate: float, grammar: Grammar) -> None:
        self._seed, self._start, self._rate, self._grammar = seed, start, rate, grammar

    def between(self, since: datetime, until: datetime) -> Iterator[Arrival]:
        """Yield what arrives after *since* and up to *until*, in no order."""
        first, last = self._slot(since) - LATER_SLOTS, self._slot(until)
        for slot in range(first - 1, last + 1):
            if slot < 0 and slot % HISTORY_SPARSITY:
                continue
            yield from (arrived for arrived in self._arrivals(slot) if since < arrived.at <= until)

    def _slot(self, at: datetime) -> int:
        return int((at - self._start).total_seconds() * self._rate // 1)

    def _at(self, slot: float) -> datetime:
        return self._start + timedelta(seconds=slot / self._rate)

    def _rng(self, slot: int) -> random.Random:
        return random.Random(f"{self._seed}/{slot}")

    def _key(self, slot: int) -> str:
        return short_key(self._seed, self._start.isoformat(), slot)

    def _channel(self, slot: int) -> Channel:
        rng = random.Random(f"{self._seed}/{slot}/channel")
        return rng.choices(list(CHANNELS.values()), [channel.weight for channel in CHANNELS.values()])[0]

    def _arrivals(self, slot: int) -> Iterator[Arrival]:
        rng, channel = self._rng(slot), self._channel(slot)
        first = arrival(rng, channel, self._at(slot + rng.random()), self._said(rng, channel, slot))
        yield first
        turn, later = rng.random(), self._at(slot + rng.uniform(20, LATER_SLOTS - 1))
        if turn < 0.10:
            yield observation(rng, channel, later, first.post)
        elif turn < 0.12:
            yield edit(channel, later, first.post, self._words(rng, "updates"))
        elif turn < 0.13:
            yield deletion(channel, later, first.post)

    def _said(self, rng: random.Random, channel: Channel, slot: int) -> Utterance:
        weights = _HOTLINE_KINDS if channel.name == "12345" else _KINDS
        kind = rng.choices(list(weights), list(weights.values()))[0]
        topic = rng.choice(self._grammar.topics()) if kind == "requests" else "other"
        words = self._words(rng, kind, topic) if kind == "requests" else self._words(rng, kind)
        return Utterance(
            key=self._key(slot),
            text=words if channel.name == "12345" else careless(rng, words),
            author=f"p{rng.randrange(_PEOPLE)}",
            topic=topic,
            lag=timedelta(minutes=rng.uniform(10, 40)) if rng.random() < 0.01 else None,
            parent=self._parent(channel, slot) if kind == "replies" else None,
        )

    def _words(self, rng: random.Random, *path: str) -> str:
        return self._grammar.say(rng, rng.choice(self._grammar.phrases(*path)), self._grammar.scene(rng))

    def _parent(self, channel: Channel, slot: int) -> str | None:
        earlier = (each for each in range(slot - 1, slot - 12, -1) if self._channel(each) is channel)
        found = next(earlier, None)
        return f"{channel.name}-{self._key(found)}" if found is not None else None
