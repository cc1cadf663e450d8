"""Recorded posts through the real stages at stream time, in a fresh state that is thrown away."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from pipeline.app.desk import App
from pipeline.app.mortal import Killed, Life, MortalBus
from pipeline.app.recorded import recorded
from pipeline.bus import Message
from pipeline.engine.clock import ManualClock
from pipeline.model import Notification, Post, encode
from pipeline.notify.records import Records
from pipeline.settings import ReceiverSettings, Settings
from pipeline.topics import POSTS

_LATENESS = timedelta(hours=24)  # how far --shuffle may displace a post: the rules' default allowed_lateness
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_FOLLOWED = ("analyse", "cluster", "match", "detect", "notify")
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Options:
    """How to deliver the recording: the outcome must not depend on any of it."""

    batch: int = 256
    shuffle: int | None = None
    twice: bool = False
    kill_every: int | None = None


class Line(msgspec.Struct, frozen=True):
    """One notification that would have been sent; times in the desk's zone."""

    at: str
    rule: str
    group: tuple[str, ...]
    level: str
    reason: str
    case: str
    units: tuple[str, ...]
    late: bool
    active_at: str
    count: int
    title: str


def replay(
    files: Sequence[Path],
    settings: Settings,
    options: Options | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Line]:
    """Yield what people would have been sent, in order of stream time.

    Stream time is when each post was collected: a recording's own ``fetched`` where it has one, else the
    time of publication. Raises Misconfigured for broken rules or an unreadable file.
    """
    options = options or Options()
    with tempfile.TemporaryDirectory(prefix="yuqing-replay-") as folder:
        home = Path(folder)
        isolated_settings = isolated(settings, home, options.batch)
        posts = recorded(files, isolated_settings)
        with closing(_Rehearsal(isolated_settings, options)) as rehearsal:
            for notification in rehearsal.run(posts, progress):
                yield _line(notification, ZoneInfo(settings.timezone))


def isolated(settings: Settings, home: Path, batch: int) -> Settings:
    """Return *settings* that touch nothing outside *home*; rules and directory stay the user's."""
    return settings.model_copy(
        update={
            "home": home,
            "bus": settings.bus.model_copy(update={"url": ""}),
            "index": settings.index.model_copy(update={"url": ""}),
            "ledger": settings.ledger.model_copy(update={"url": ""}),
            "engine": settings.engine.model_copy(update={"batch": batch}),
            "sources": [],
            "receivers": [ReceiverSettings.model_validate({"name": "replay", "kind": "file"})],
        }
    )


class _Rehearsal:
    """Drives the stages by hand: deliver some posts, move the clock, let everything settle, collect messages.

    The clock stands just before the earliest collection time still to come, so that detect (which is
    patient here) never judges a hit before everything collected earlier has been delivered.
    """

    def __init__(self, settings: Settings, options: Options) -> None:
        self._settings = settings
        self._options = options
        self._clock = ManualClock(_BEGINNING)
        self._life = Life(options.kill_every) if options.kill_every else None
        self._app = App(settings, self._clock, rehearsal=True)
        self._begin()

    def run(self, posts: Sequence[Post], progress: Callable[[int, int], None]) -> Iterator[Notification]:
        order = _delivery_order(posts, self._options)
        horizon = _earliest_to_come(order)
        if posts:  # the desk begins to listen just before the first post: silences count from there
            self._clock.move_to(posts[0].fetched_at - _INSTANT)
            yield from self._settle()
        for start in range(0, len(order), self._options.batch):
            stop = min(start + self._options.batch, len(order))
            self._deliver(order[start:stop])
            if stop < len(order):
                self._clock.move_to(horizon[stop] - _INSTANT)
            yield from self._settle()
            progress(stop, len(order))
        if posts:
            yield from self._finish(posts[-1].fetched_at)

    def _finish(self, last: datetime) -> Iterator[Notification]:
        """Let the clock reach the end of the recording, and what was raised there be said."""
        longest_wait_s = max(rule.manner.group_wait_s for rule in self._app.rulebook.rules)
        for at in (last, last + timedelta(seconds=longest_wait_s)):
            self._clock.move_to(at)
            yield from self._settle()

    def _begin(self) -> None:
        if self._life:
            self._app.bus = MortalBus(self._app.bus, self._life)
        self._workers = self._app.workers(_FOLLOWED)

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._app.close()

    def _rebuild(self) -> None:
        """Begin again with nothing but what is in files; those that never change are not read again."""
        self.close()
        before, self._app = self._app, App(self._settings, self._clock, rehearsal=True)
        self._app.directory, self._app.rulebook, self._app.analyst = before.directory, before.rulebook, before.analyst
        self._begin()

    def _deliver(self, posts: Sequence[Post]) -> None:
        messages = [Message(post.key, encode(post)) for post in posts]
        try:
            self._app.bus.publish(POSTS, messages)
        except Killed:
            self._rebuild()

    def _settle(self) -> list[Notification]:
        """Let each stage in turn read all there is and learn the time; return what was said, in order.

        In turn, since a stage may be told the time only when those before it have said all up to then.
        """
        number = 0
        while number < len(self._workers):
            number = self._settled(number)
        with self._app.ledger.transaction() as connection:
            said = Records(connection).take_unsent(self._clock.now())
        return sorted(said, key=lambda one: (one.at, one.alert, one.seq, one.id))

    def _settled(self, number: int) -> int:
        """Return the next stage to settle: after a death, the first one again."""
        try:
            while self._workers[number].step().read:
                pass
        except Killed:
            self._rebuild()
            return 0
        return number + 1


def _delivery_order(posts: Sequence[Post], options: Options) -> list[Post]:
    order = [post for post in posts for _ in range(2 if options.twice else 1)]
    if options.shuffle is None:
        return order
    chance = random.Random(options.shuffle)
    return sorted(order, key=lambda post: post.fetched_at + chance.random() * _LATENESS)


def _earliest_to_come(order: Sequence[Post]) -> list[datetime]:
    """Return, for each place in *order*, the earliest collection time from there on."""
    horizon: list[datetime] = []
    for post in reversed(order):
        horizon.append(min(post.fetched_at, horizon[-1]) if horizon else post.fetched_at)
    return horizon[::-1]


def _line(said: Notification, zone: ZoneInfo) -> Line:
    return Line(
        at=said.at.astimezone(zone).isoformat(), rule=said.rule, group=said.group, level=said.level.colour,
        reason=said.reason.value, case=said.case_name, units=said.units, late=said.late,
        active_at=said.active_at.astimezone(zone).isoformat(), count=said.count, title=said.title,
    )  # fmt: skip
