"""The stories that happen in the invented district, as beats in story time (DOMAIN §6)."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from crawlers.world.grammar import Grammar, Scene
from crawlers.world.voice import careless

_SECONDS_OF_POWER_CUT = 1200
_OUTAGE = timedelta(hours=3, minutes=20)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One post of a story, *after_s* story seconds from its beginning."""

    after_s: float
    channel: str
    text: str
    author: str
    topic: str = "other"
    lag: timedelta | None = None
    repost_of: int | None = None  # index of an earlier beat on the same channel
    edited_s: float | None = None  # later in the story: its author adds 已经来水了
    deleted_s: float | None = None


@dataclass(frozen=True)
class Stage:
    """What a story is told with."""

    rng: random.Random
    grammar: Grammar
    scene: Scene

    def say(self, *path: str) -> str:
        return self.grammar.say(self.rng, self.rng.choice(self.grammar.phrases(*path)), self.scene)

    def different(self, name: str, most: int) -> list[str]:
        """Return up to *most* sentences of an arc, no template twice, in any order."""
        templates = list(self.grammar.phrases("arcs", name))
        self.rng.shuffle(templates)
        return [self.grammar.say(self.rng, template, self.scene) for template in templates[:most]]


Arc = Callable[[Stage], list[Beat]]

_COPIES_A, _COPIES_B = (2, 7, 10, 16), (19, 25, 29, 34)  # where copies surely stand; every second is a repeater
_REPEATERS = {7: 2, 16: 10, 25: 19, 34: 29}


def water(stage: Stage) -> list[Beat]:
    """SC-01: 40 posts, one every 15 s, 36 authors, 20 own texts and two clusters of 12 and 8 copies."""
    channels = ["weibo"] * 18 + ["bbs"] * 12 + ["video"] * 10
    stage.rng.shuffle(channels)
    kinds, own = _kinds(stage.rng), iter(stage.different("water", 20))
    copied = {kind: stage.say("arcs", f"water_{kind}") for kind in "ab"}
    beats: list[Beat] = []
    for place, (kind, channel) in enumerate(zip(kinds, channels, strict=True)):
        text = next(own) if kind == "own" else careless(stage.rng, copied[kind])
        beats.append(
            Beat(
                after_s=15.0 * place,
                channel=channel,
                text=text,
                author=f"w{_REPEATERS.get(place, place)}",
                topic="water",
                repost_of=_copied_from(kinds, channels, place) if channel == "weibo" else None,
                edited_s=640.0 if place == 5 else None,
                deleted_s=700.0 if place == 9 else None,
            )
        )
    return beats


def _kinds(rng: random.Random) -> list[str]:
    fixed = {0: "own"} | dict.fromkeys(_COPIES_A, "a") | dict.fromkeys(_COPIES_B, "b")
    rest = ["own"] * 19 + ["a"] * (12 - len(_COPIES_A)) + ["b"] * (8 - len(_COPIES_B))
    rng.shuffle(rest)
    free = iter(rest)
    return [fixed.get(place) or next(free) for place in range(40)]


def _copied_from(kinds: list[str], channels: list[str], place: int) -> int | None:
    if kinds[place] == "own":
        return None
    earlier = (each for each in range(place) if kinds[each] == kinds[place] and channels[each] == "weibo")
    return next(earlier, None)


def gas(stage: Stage) -> list[Beat]:
    """SC-02: one voice, danger to life."""
    return [Beat(after_s=0, channel="bbs", text=stage.say("arcs", "gas"), author="g0", topic="gas")]


def spam(stage: Stage) -> list[Beat]:
    """SC-07: 120 adverts by 12 accounts riding the tag, and two residents with the same tag."""
    stage = Stage(stage.rng, stage.grammar, {**stage.scene, "word": "停水"})
    beats = [
        Beat(after_s=4.0 * n, channel="weibo", text=stage.say("arcs", "spam"), author=f"s{n % 12}") for n in range(120)
    ]
    for n, text in enumerate(stage.different("control", 2)):
        beats.append(Beat(after_s=90.0 + 200 * n, channel="weibo", text=text, author=f"c{n}", topic="water"))
    return beats


def wages(stage: Stage) -> list[Beat]:
    """SC-05: a group of workers; the first post alone says that they are many."""
    channels = ("app", "video", "weibo")
    return [
        Beat(after_s=180.0 * n, channel=channels[n % 3], text=text, author=f"l{n}", topic="labor")
        for n, text in enumerate(stage.different("wages", 5))
    ]


def rumour(stage: Stage) -> list[Beat]:
    """SC-04: six people repeat an unverified claim within half an hour."""
    return [
        Beat(after_s=300.0 * n, channel=("weibo", "video", "bbs")[n % 3], text=text, author=f"r{n}", topic="water")
        for n, text in enumerate(stage.different("rumour", 6))
    ]


def noise(stage: Stage) -> list[Beat]:
    """SC-17: eleven people in 45 minutes about one building site; several offices concerned."""
    channels = ("bbs", "app", "weibo", "video")
    return [
        Beat(
            after_s=245.0 * n,
            channel=channels[n % 4],
            text=stage.say("arcs", "noise"),
            author=f"n{n}",
            topic="noise",
        )
        for n in range(11)
    ]


def power_late(stage: Stage) -> list[Beat]:
    """SC-14: a source was down for hours and delivers at once: 15 posts of 12 people, all about what is over."""
    return [
        Beat(
            after_s=2.0 * n,
            channel="bbs",
            text=stage.say("arcs", "power_late"),
            author=f"p{n % 12}",
            topic="power",
            lag=_OUTAGE - timedelta(seconds=n * _SECONDS_OF_POWER_CUT / 15),
        )
        for n in range(15)
    ]


def _single(name: str, channel: str, topic: str) -> Arc:
    def arc(stage: Stage) -> list[Beat]:
        return [Beat(after_s=0, channel=channel, text=stage.say("arcs", name), author=f"{name}0", topic=topic)]

    return arc


ARCS: Final[Mapping[str, Arc]] = {
    "water": water,
    "gas": gas,
    "spam": spam,
    "sarcasm": _single("sarcasm", "weibo", "water"),
    "wages": wages,
    "noise": noise,
    "rumour": rumour,
    "power_late": power_late,
    "child": _single("child", "app", "education"),
    "accusation": _single("accusation", "app", "other"),
    "outside": _single("outside", "weibo", "power"),
    "orders": _single("orders", "bbs", "city"),
}

# When each story begins in the first round, in story seconds: the first alert must not be long in coming.
OPENING: Final[Mapping[str, float]] = {
    "water": 30.0,
    "gas": 150.0,
    "spam": 330.0,
    "sarcasm": 560.0,
    "wages": 700.0,
    "noise": 1000.0,
    "rumour": 1600.0,
    "power_late": 2300.0,
    "child": 2800.0,
    "accusation": 3000.0,
    "outside": 3200.0,
    "orders": 3400.0,
}
FIRST_STREETS: Final[Mapping[str, str]] = {
    "water": "湖东街道",
    "spam": "湖东街道",
    "gas": "柳园镇",
    "noise": "文桥街道",
}
ROUND_S: Final = 7200.0  # story seconds after which the stories begin anew, elsewhere
