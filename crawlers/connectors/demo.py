"""An invented district that talks: see everything at work without a single real source."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, field_validator

from crawlers import Outcome, Visit
from crawlers.options import Options
from crawlers.world import CHANNELS, SCENARIOS, Story
from pipeline.model import Access
from pipeline.settings import SourceSettings

_LONGEST_LOOK_BACK = timedelta(minutes=10)  # after a night switched off, nobody wants the whole night
_HISTORY = timedelta(minutes=30)
_EVERY = timedelta(seconds=1)


class Demo(Options):
    """虚构的青湖区，不停地有人说话（演示与压力测试用）。 An invented district that talks, for demonstration and load."""

    name: ClassVar[str] = "demo"
    access: ClassVar[Access] = Access.IMPORT

    channel: Literal["bbs", "weibo", "video", "app", "12345"] = Field(
        default="bbs", description="在哪里说 / where they talk"
    )
    seed: int = Field(default=20260310, description="同一个数，同样的话 / the same number, the same words")
    rate: float = Field(
        default=1.0, ge=0, le=5000, description="全部渠道每秒多少条日常帖文 / everyday posts a second over all channels"
    )
    speed: float = Field(
        default=10.0, gt=0, le=1000, description="事情比真实快几倍 / how much faster than life the stories unfold"
    )
    scenarios: tuple[str, ...] = Field(
        default=(), description="只演这几件事；留空为全部 / only these stories; empty: all"
    )
    start: AwareDatetime | None = Field(
        default=None, description="从何时开始；留空为第一次访问时 / when the story begins; empty: at the first visit"
    )

    @field_validator("scenarios")
    @classmethod
    def _known(cls, scenarios: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in scenarios if name not in SCENARIOS]:
            raise ValueError(f"没有 {'、'.join(unknown)}；可用 / choose from {', '.join(SCENARIOS)}")
        return scenarios

    def fetch(self, cursor: str, now: datetime) -> Visit:
        start, since, look_back = self._remembered(cursor, now)
        posts = self._story(start).between(max(since, now - look_back), now, self.channel)
        if cursor:  # what stood there before the first visit keeps the times at which it would have been collected
            posts = [replace(post, fetched_at=now) for post in posts]
        return Visit(
            outcome=Outcome.NEWS if posts else Outcome.QUIET,
            posts=posts,
            cursor=json.dumps({"start": start.isoformat(), "until": now.isoformat()}),
            next_in=_EVERY,
        )

    def _remembered(self, cursor: str, now: datetime) -> tuple[datetime, datetime, timedelta]:
        """Return when the story began, up to when it was heard, and how far back to listen at most."""
        if cursor:
            marks = json.loads(cursor)
            return datetime.fromisoformat(marks["start"]), datetime.fromisoformat(marks["until"]), _LONGEST_LOOK_BACK
        start = self.start.astimezone(UTC) if self.start else now
        return start, start - _HISTORY, _HISTORY

    def _story(self, start: datetime) -> Story:
        return _story(self.seed, start, self.rate, self.speed, self.scenarios or SCENARIOS)


@lru_cache(maxsize=16)
def _story(seed: int, start: datetime, rate: float, speed: float, scenarios: tuple[str, ...]) -> Story:
    return Story(seed, start, rate, speed, scenarios)


def demo_sources(start: datetime, seed: int = 20260310, rate: float = 1.0, speed: float = 10.0) -> list[SourceSettings]:
    """Return one source for every channel, all telling the same story from *start*: what ``yuqing demo`` runs."""
    return [
        SourceSettings.model_validate(
            {
                "id": channel.source_id,
                "connector": Demo.name,
                "class": channel.class_.value,
                "channel": channel.name,
                "seed": seed,
                "rate": rate,
                "speed": speed,
                "start": start.isoformat(),
            }
        )
        for channel in CHANNELS.values()
    ]
