"""Episodes: the spells in which a rule's condition holds for a group. Pure decisions, no storage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Self

import msgspec

from pipeline.model import Alert, Level, Turn, loudest

NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
_STEP = 1.25


class Hush(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an episode is not told now: *action* (merge or hold), the episode that inhibits it, and until when at most."""

    action: str
    by: str
    until: datetime


class Episode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One spell of one rule and group.

    *active_at* is the earliest event time at which the condition held; a late post may move it back.
    *count* is the highest number of distinct voices in one window (for ``any``: of posts in all).
    *heard_at* is when its last hit became known. *told* is the last alert it gave, the snapshot that the
    next one is made from, whatever became of the rule file; *turns* numbers the alerts, those told.

    *lasting*, it ends when somebody says so (a silence is broken, an answer comes) and not by being quiet.
    *stage* numbers the stages reached. *marks* are the values by which other rules' ``suppress`` compares it.
    """

    id: str
    firing: bool
    level: Level
    active_at: datetime
    last_at: datetime
    heard_at: datetime
    count: int
    turns: int
    told: Alert
    resolve_after_s: float
    lasting: bool = False
    ends_at: datetime | None = None
    stage: int = 0
    marks: dict[str, tuple[str, ...]] = {}
    hush: Hush | None = None

    @property
    def closes_at(self) -> datetime:
        """When it closes unless something more is heard; a late post keeps it open as long as a timely one."""
        if self.lasting:
            return self.ends_at or NEVER
        return max(self.last_at, self.heard_at) + timedelta(seconds=self.resolve_after_s)

    def now(self) -> Alert:
        """Return the alert as it stands, whether or not that was worth telling."""
        return msgspec.structs.replace(
            self.told, level=self.level, active_at=self.active_at, last_at=self.last_at, count=self.count
        )

    def takes(self, at: datetime, timeframe: timedelta) -> bool:
        """Say whether something at *at* belongs to this spell.

        A spell that has closed takes only what lies inside it: later news must open a new one and be told.
        """
        until = self.last_at + timedelta(seconds=self.resolve_after_s) if self.firing else self.last_at
        return self.active_at - max(timeframe, timedelta(0)) <= at <= until

    def joined(
        self, *, at: datetime, heard_at: datetime, count: int, level: Level, reached_at: datetime | None
    ) -> Self:
        """Return the spell with one more hit in it."""
        return msgspec.structs.replace(
            self,
            active_at=min(self.active_at, reached_at or self.active_at),
            last_at=max(self.last_at, at),
            heard_at=max(self.heard_at, heard_at),
            count=max(self.count, count),
            level=loudest(self.level, level),
        )

    def turn_after(self, before: Self) -> Turn | None:
        """Say what people should learn of the change from *before*; None if it is not worth a word.

        Growth is told in steps of a quarter, so that a flood of posts is not a flood of alerts.
        """
        if self.level.louder_than(before.level):
            return Turn.RAISED
        told = before.told
        if self.active_at < told.active_at or self.count >= max(told.count * _STEP, told.count + 1):
            return Turn.GREW
        return None
