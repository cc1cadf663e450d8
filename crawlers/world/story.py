"""The life of the invented district, as a pure function of seed, start and interval."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from crawlers import RawPost
from crawlers.world.arcs import ARCS, FIRST_STREETS, OPENING, ROUND_S, Beat, Stage
from crawlers.world.channels import CHANNELS
from crawlers.world.everyday import Everyday
from crawlers.world.grammar import Grammar
from crawlers.world.voice import Arrival, Utterance, arrival, deletion, edit, short_key

SCENARIOS: Final = tuple(ARCS)
_LONGEST_ARC_S = 2800.0
_RECOVERED = "更新：已经来水了，谢谢维修师傅"


class Story:
    """Everyday posts at *rate* a second, and the stories of *scenarios*, *speed* times faster than life, for ever."""

    def __init__(
        self,
        seed: int,
        start: datetime,
        rate: float = 1.0,
        speed: float = 10.0,
        scenarios: Sequence[str] = SCENARIOS,
        grammar: Grammar | None = None,
    ) -> None:
        self._seed, self._start, self._speed = seed, start, speed
        self._scenarios = [name for name in ARCS if name in scenarios]
        self._grammar = grammar or Grammar()
        self._everyday = Everyday(seed, start, rate, self._grammar) if rate > 0 else None
        self._round = lru_cache(maxsize=4)(self._told)

    def between(self, since: datetime, until: datetime, channel: str | None = None) -> list[RawPost]:
        """Return what arrives after *since* and up to *until*, in order of arrival; of *channel* only if one is named.

        Neighbouring intervals add up: however the time is cut, the same posts come.
        """
        arrived = [each for each in self._all(since, until) if channel in (None, each.channel)]
        return [each.post for each in sorted(arrived, key=lambda each: (each.at, each.post.native_id))]

    def _all(self, since: datetime, until: datetime) -> Iterator[Arrival]:
        if self._everyday:
            yield from self._everyday.between(since, until)
        for number in range(self._round_at(since - self._life(_LONGEST_ARC_S)), self._round_at(until) + 1):
            yield from (each for each in self._round(number) if since < each.at <= until)

    def _life(self, story_s: float) -> timedelta:
        return timedelta(seconds=story_s / self._speed)

    def _round_at(self, at: datetime) -> int:
        return max(0, int((at - self._start) // self._life(ROUND_S)))

    def _told(self, number: int) -> list[Arrival]:
        rng = random.Random(f"{self._seed}/round/{number}")
        begins = self._start + self._life(ROUND_S) * number
        return [
            each
            for name in self._scenarios
            if (offset := self._offset(rng, name, number)) is not None
            for each in self._arc(rng, name, number, begins + self._life(offset))
        ]

    def _offset(self, rng: random.Random, name: str, number: int) -> float | None:
        if number == 0:
            return OPENING[name]
        offset, told = rng.uniform(0, ROUND_S - _LONGEST_ARC_S), rng.random() < 0.7
        return offset if told else None

    def _arc(self, rng: random.Random, name: str, number: int, begins: datetime) -> Iterator[Arrival]:
        street = FIRST_STREETS.get(name) if number == 0 else None
        beats = ARCS[name](Stage(rng, self._grammar, self._grammar.scene(rng, street)))
        prefix = short_key(self._seed, self._start.isoformat(), name, number)
        for place, beat in enumerate(beats):
            yield from self._beat(rng, beat, begins, prefix, place)

    def _beat(self, rng: random.Random, beat: Beat, begins: datetime, prefix: str, place: int) -> Iterator[Arrival]:
        channel = CHANNELS[beat.channel]
        said = Utterance(
            key=f"{prefix}-{place}",
            text=beat.text,
            author=f"{prefix}-{beat.author}",
            topic=beat.topic,
            lag=beat.lag,
            repost_of=None if beat.repost_of is None else f"{channel.name}-{prefix}-{beat.repost_of}",
        )
        first = arrival(rng, channel, begins + self._life(beat.after_s), said)
        yield first
        if beat.edited_s is not None:
            yield edit(channel, begins + self._life(beat.edited_s), first.post, _RECOVERED)
        if beat.deleted_s is not None:
            yield deletion(channel, begins + self._life(beat.deleted_s), first.post)
