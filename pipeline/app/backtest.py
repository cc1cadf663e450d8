"""What rules would have said about posts of the past: the real match and detect, in a ledger that is thrown away."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.app.desk import App
from pipeline.app.replay import isolated
from pipeline.bus import Message
from pipeline.engine.clock import ManualClock
from pipeline.errors import Fault, Misconfigured
from pipeline.index import PostIndex
from pipeline.match.matcher import Matcher
from pipeline.match.written import written
from pipeline.model import Alert, AnalysedPost, Match, Reader, Turn
from pipeline.rulebook import Rule, Rulebook
from pipeline.settings import Settings
from pipeline.topics import MATCHES, SIGNALS

SHIFT_HOURS = 8  # of a duty desk that is manned round the clock
_PAGE = 500
_BATCH = 256
_LOUD = (Turn.OPENED, Turn.RAISED)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Backtest:
    """What was asked and answered: *posts* of the index, which of them each rule matched, and the alerts in order.

    *alerts* are openings and rises, the turns that are told at once.
    """

    posts: int
    matched: Mapping[str, tuple[str, ...]]
    alerts: tuple[Alert, ...]

    def per_shift(self, since: datetime, until: datetime, zone: ZoneInfo) -> tuple[float, int]:
        """Return how many alerts an average shift and the worst one would have had; shifts begin at 0, 8, 16 h."""
        shifts = Counter(_shift(alert.at, zone) for alert in self.alerts)
        count = max(1.0, (until - since) / timedelta(hours=SHIFT_HOURS))
        return len(self.alerts) / count, max(shifts.values(), default=0)


@dataclass(frozen=True)
class Judged:
    """Matched posts against a list of labels: right ones, those matched wrongly, and those missed."""

    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else None


@dataclass(frozen=True)
class Difference:
    """What a new rulebook would say that the old one does not, and what it would no longer say."""

    more: tuple[Alert, ...]
    fewer: tuple[Alert, ...]
    matched_more: tuple[tuple[str, str], ...]
    matched_fewer: tuple[tuple[str, str], ...]


def backtest(
    settings: Settings,
    index: PostIndex,
    since: datetime,
    until: datetime,
    only: Sequence[str] = (),
    progress: Progress = lambda done, of: None,
) -> Backtest:
    """Judge the posts of *index* from *since* to *until* by the rules of *settings*, or by *only* some of them.

    Raises Misconfigured if a rule of *only* is none, or the rules are unusable; Unavailable if the index is away.
    """
    with tempfile.TemporaryDirectory(prefix="yuqing-backtest-") as folder:
        apart = isolated(settings, Path(folder), _BATCH)
        clock = ManualClock(since)
        with closing(App(apart, clock, rehearsal=True)) as app:
            rules = _chosen(app.rulebook, only)
            matcher = Matcher(rules)
            matches: list[Match] = []
            posts = 0
            for page, total in _history(index, since, until):
                matches += matcher.match(page)
                posts += len(page)
                progress(posts, total)
            app.rulebook = Rulebook(rules)  # rules that were not asked for have nothing to say
            alerts = _detected(app, clock, sorted(matches, key=lambda match: (match.known_at, match.id)), until)
    matched: dict[str, list[str]] = {rule.id: [] for rule in rules}
    for match in sorted(matches, key=lambda match: (match.at, match.id)):
        matched[match.rule].append(match.analysed.post.id)
    return Backtest(posts, {rule: tuple(ids) for rule, ids in matched.items()}, tuple(alerts))


def judged(matched: Sequence[str], labels: Mapping[str, bool]) -> Judged:
    """Return how *matched* posts agree with *labels* (post id → whether it should match); others are not judged."""
    found = set(matched)
    wanted = {post for post, wanted in labels.items() if wanted}
    wrong = sorted(post for post in found if labels.get(post) is False)
    return Judged(len(found & wanted), tuple(wrong), tuple(sorted(wanted - found)))


def difference(old: Backtest, new: Backtest) -> Difference:
    """Return what changes from *old* to *new*, both of the same posts."""
    before, after = ({_said(alert): alert for alert in one.alerts} for one in (old, new))
    pairs_before, pairs_after = (
        {(rule, post) for rule, ids in one.matched.items() for post in ids} for one in (old, new)
    )
    return Difference(
        tuple(alert for said, alert in after.items() if said not in before),
        tuple(alert for said, alert in before.items() if said not in after),
        tuple(sorted(pairs_after - pairs_before)),
        tuple(sorted(pairs_before - pairs_after)),
    )


def _chosen(book: Rulebook, only: Sequence[str]) -> tuple[Rule, ...]:
    unknown = [name for name in only if name not in book.by_id]
    if unknown:
        raise Misconfigured([Fault(name, "没有这条规则", "there is no such rule") for name in unknown])
    return tuple(rule for rule in book.rules if not only or rule.id in only)


def _said(alert: Alert) -> tuple[object, ...]:
    return alert.rule, alert.group, alert.level, alert.turn, alert.active_at, alert.at


def _history(index: PostIndex, since: datetime, until: datetime) -> Iterator[tuple[list[AnalysedPost], int]]:
    after: str | None = None
    while True:
        found = index.search("*", since=since, until=until, most=_PAGE, after=after)
        if found.hits:
            yield [hit.post for hit in found.hits], found.total
        after = found.after
        if after is None:
            return


def _detected(app: App, clock: ManualClock, matches: Sequence[Match], until: datetime) -> list[Alert]:
    """Return what detect says of *matches* when all is over. It is patient, so it judges each at its own time."""
    worker = app.worker("detect")
    worker.step()  # timers of those who never speak start here
    for start in range(0, len(matches), _BATCH):
        some = matches[start : start + _BATCH]
        app.bus.publish(MATCHES, [*map(Message, [match.key for match in some], written(some))])
    clock.move_to(max([until, *(match.known_at for match in matches)]))
    while worker.step().read:
        pass
    worker.close()
    reader, at = Reader(Alert), dict.fromkeys(app.bus.end(SIGNALS), 0)
    alerts: list[Alert] = []
    while page := app.bus.browse(SIGNALS, at, _BATCH):
        at |= {delivery.partition: delivery.offset + 1 for delivery in page}
        alerts += [reader.read(delivery.value) for delivery in page]
    return sorted((one for one in alerts if one.turn in _LOUD), key=lambda one: (one.at, one.turn_id))


def _shift(at: datetime, zone: ZoneInfo) -> tuple[object, int]:
    local = at.astimezone(zone)
    return local.date(), local.hour // SHIFT_HOURS
