"""What each windowed type measures at a moment, and where its condition holds. Exact in event time; no storage here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean, median
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from pipeline.detect.track import Hit, Track, Window
from pipeline.rulebook.rule import Cardinality, Growth, Percentage, Reference, Rule, RuleType, Sequence, Spike
from pipeline.workdays import Workdays

SEPARATOR: Final = "\x1f"
"""Stands between the values of one mark."""
OF, BOTH = "of", "both"
"""Marks of a percentage: counted below the line only, or above it too."""
EVER: Final = timedelta(days=3650)
_LONGEST_LOOK: Final = 8  # times the days asked for, to find as many of one kind
_FEW: Final = 16  # hits behind a late one, that are asked one after the other
_DAY: Final = timedelta(days=1)
_EARLIER: Final = timedelta(
    hours=23
)  # what a reference counts is earlier by so much: a day, less where clocks were changed
_REFERENCES: Final = 10_000  # kept of one group
_AGGREGATE: Final[Mapping[str, Callable[[list[int]], float]]] = {
    "median": median,
    "mean": fmean,
    "max": max,
    "min": min,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured at a moment at which the condition holds; *weight* orders readings of one rule."""

    count: int
    weight: float
    delta: float | None = None
    ratio: float | None = None
    reference: float | None = None
    reached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The condition held: first at *at* (event time), and at its fullest as *peak* says."""

    at: datetime
    peak: Reading

    @property
    def count(self) -> int:
        return self.peak.count


class Past(Protocol):
    """What a measure may ask about hits that are no longer warm."""

    def distinct(self, after: datetime, until: datetime) -> int:
        """Return how many distinct members the group has after the one moment and up to the other."""

    def first(self) -> datetime | None:
        """Return the event time of the group's first hit."""

    def rule_first(self) -> datetime | None:
        """Return the event time of the rule's first hit, whatever its group."""


class Measure:
    """The hits of one rule and group, and what the rule's type measures of them.

    A new hit can matter to windows that end less than *span* after it; a window looks *back* so far.
    *steady* says that any hit keeps an open episode open; otherwise only one at which the condition holds. With
    *ebbs* the condition may begin to hold when a hit leaves its window, with no hit to tell of it.
    """

    steady = True
    ebbs = False

    def __init__(self, rule: Rule, hits: Iterable[Hit]) -> None:
        self.track = Track(hits)
        self.span = self.back = rule.timeframe

    def add(self, hit: Hit) -> None:
        self.track.add(hit)

    def reading(self, at: datetime) -> Reading | None:
        """Return what is measured at *at*; None where the condition does not hold."""
        raise NotImplementedError

    def moments(self, new: datetime, now: datetime) -> Iterable[datetime]:
        """Return the moments up to *now* to ask about when a hit at *new* was added."""
        moments = self.track.moments(new, new + self.span)
        if not self.ebbs:
            return moments
        until = min(now, new + 2 * self.span)
        gone = (hit.at + self.span for hit in self.track.between(new - self.span, until - self.span))
        return sorted({*moments, *(moment for moment in gone if new <= moment <= until)})

    def reach(self, new: datetime, now: datetime) -> Reach | None:
        """Say where the condition holds, and how fully, now that a hit at *new* was added."""
        return reach(self, self.moments(new, now))

    def turning(self, since: datetime, until: datetime) -> list[datetime]:
        """Return the moments in which the condition may begin or cease to hold, in order, both ends included."""
        leaves = self.back if self.back < EVER else self.span
        times = self.track.between(since - leaves - self.span, until)
        offsets = {timedelta(0), self.span, leaves}
        moments = {hit.at + offset for hit in times for offset in offsets}
        return sorted({since, *(moment for moment in moments if since <= moment <= until)})


class Counted(Measure):
    """What holds where one window counts enough, and perhaps more besides.

    Behind a late hit there may be thousands, and each was a moment to ask about: so those with enough are looked for
    among all counts at once, and asked from both ends, the earliest first, then the fullest.
    """

    _window: Window
    _needed: int

    def reach(self, new: datetime, now: datetime) -> Reach | None:
        low, high = self.track.places(new, new + self.span)
        if high - low <= _FEW or self.ebbs:
            return super().reach(new, now)
        counts = self._window.ends(low, high)
        enough = counts >= self._needed
        earliest, fullest = int(enough.argmax()), int(counts.argmax())
        if not enough[earliest]:
            return None
        first = self._first([low + earliest]) or self._first(low + np.flatnonzero(enough))
        if first is None:
            return None
        # Of those that count the same the earliest, as when they are asked one after the other.
        peak = self._first([low + fullest]) or self._first(low + np.argsort(-counts, kind="stable"))
        assert peak is not None  # noqa: S101 # the first holds
        return Reach(first[0], peak[1])

    def _first(self, places: Iterable[int]) -> tuple[datetime, Reading] | None:
        """Return the first of the hits at *places* with whose time the condition holds."""
        asked: datetime | None = None
        for place in places:
            at = self.track.times[place]
            if at != asked and (reading := self.counted(at, int(self._window.ends(place, place + 1)[0]))) is not None:
                return at, reading
            asked = at
        return None

    def reading(self, at: datetime) -> Reading | None:
        return self.counted(at, self._window.count(at))

    def counted(self, at: datetime, count: int) -> Reading | None:
        """Return what is measured at *at*, where the window counts so many; None where the condition does not hold."""
        raise NotImplementedError


class Frequency(Counted):
    """Distinct members in the window are at least ``num_events``; an ``any`` rule's one is enough."""

    def __init__(self, rule: Rule, hits: Iterable[Hit]) -> None:
        super().__init__(rule, hits)
        self._window = self.track.window(rule.timeframe)
        self._needed = 1 if rule.type is RuleType.ANY else rule.num_events

    def counted(self, at: datetime, count: int) -> Reading | None:
        return Reading(count, count) if count >= self._needed else None


class Values(Counted):
    """Distinct values of a field in the window are out of bounds. Missing values count as none.

    The lower bound is asked once a whole window has passed since the group's first hit, also when hits leave.
    """

    def __init__(self, rule: Rule, hits: Iterable[Hit], past: Past) -> None:
        super().__init__(rule, hits)
        assert isinstance(rule.spec, Cardinality)  # noqa: S101 # the rulebook gives each type its spec
        self._spec = rule.spec
        self._timeframe = rule.timeframe
        self._window = self.track.window(rule.timeframe, values_of)
        self._past = past
        self._needed = self._spec.gte or 0
        self.ebbs = self._spec.lte is not None
        self.steady = not self.ebbs

    def counted(self, at: datetime, count: int) -> Reading | None:
        high, low = self._spec.gte, self._spec.lte
        if high is not None and count >= high:
            return Reading(count, count)
        if low is not None and count <= low and _begun(self._past.first(), at - self._timeframe):
            return Reading(count, -count)
        return None


class Surge(Counted):
    """The window against its reference: up, down, or either (RULES §3.2, ``spike``).

    Until the reference can be told, there is none: then ``cold_start`` decides of an upward spike by
    ``threshold_cur`` alone, and of a downward one nothing is said.
    """

    def __init__(self, rule: Rule, hits: Iterable[Hit], past: Past, workdays: Workdays) -> None:
        super().__init__(rule, hits)
        assert isinstance(rule.spec, Spike)  # noqa: S101 # the rulebook gives each type its spec
        self._spec = rule.spec
        self._timeframe = rule.timeframe
        self._window = self.track.window(rule.timeframe)
        self._needed = self._spec.threshold_cur
        self._previous = self.track.window(rule.timeframe) if self._spec.reference.mode == "previous" else None
        self._past, self._workdays, self._zone = past, workdays, ZoneInfo(rule.timezone)
        self.back = 2 * rule.timeframe if self._previous else rule.timeframe
        self.ebbs = self._spec.direction != "up"
        self.steady = not self.ebbs
        self._references: dict[datetime, float | None] = {}
        self._fed_since: datetime | None = None
        self._latest = datetime.min.replace(tzinfo=UTC)

    def add(self, hit: Hit) -> None:
        super().add(hit)
        if hit.at + _EARLIER <= self._latest or len(self._references) > _REFERENCES:
            self._references.clear()  # it may be one of those that a reference counts

    def counted(self, at: datetime, count: int) -> Reading | None:
        current, spec = count, self._spec
        if spec.direction == "up" and current < spec.threshold_cur:
            return None  # so that the reference is looked up only where it matters
        reference = self._reference(at)
        if spec.direction != "down" and self._surges(current, reference):
            return Reading(current, current, reference=reference)
        if spec.direction != "up" and reference is not None and self._sinks(current, reference):
            return Reading(current, -current, reference=reference)
        return None

    def _surges(self, current: int, reference: float | None) -> bool:
        spec = self._spec
        if current < spec.threshold_cur:
            return False
        if reference is None:
            return spec.cold_start == "threshold_only"
        return current >= spec.height * max(reference, spec.ref_floor)

    def _sinks(self, current: int, reference: float) -> bool:
        """The mirror of up, reference and current having changed places."""
        spec = self._spec
        return reference >= max(spec.threshold_cur, spec.height * max(current, spec.ref_floor))

    def _reference(self, at: datetime) -> float | None:
        if self._previous is not None:
            known = _begun(self._past.rule_first(), at - 2 * self._timeframe)
            return self._previous.count(at - self._timeframe) if known else None
        first = self._past.rule_first()
        if first != self._fed_since:  # another group was heard of earlier
            self._references.clear()
            self._fed_since = first
        if at not in self._references:
            self._references[at] = self._same_hours(at, first)
            self._latest = max(self._latest, at)
        return self._references[at]

    def _same_hours(self, at: datetime, first: datetime | None) -> float | None:
        if not _begun(first, at - (self._spec.reference.days - 1) * _DAY - _EARLIER - self._timeframe):
            return None  # as most often where a desk is new
        ends = same_hours(at, self._spec.reference, self._workdays, self._zone)
        if len(ends) < self._spec.reference.days or not _begun(first, ends[-1] - self._timeframe):
            return None
        counts = [self._past.distinct(end - self._timeframe, end) for end in ends]
        return float(_AGGREGATE[self._spec.reference.agg](counts))


class Share(Measure):
    """The share of matching members, 0 to 100, among those that satisfy ``of``, is out of bounds."""

    def __init__(self, rule: Rule, hits: Iterable[Hit]) -> None:
        super().__init__(rule, hits)
        assert isinstance(rule.spec, Percentage)  # noqa: S101 # the rulebook gives each type its spec
        self._spec = rule.spec
        self._all = self.track.window(rule.timeframe)
        self._matching = self.track.window(rule.timeframe, lambda hit: (hit.member,) if hit.mark == BOTH else ())

    def reading(self, at: datetime) -> Reading | None:
        of = self._all.count(at)
        if of < max(self._spec.min_denominator, 1):
            return None
        matching = self._matching.count(at)
        share = 100 * matching / of
        high, low = self._spec.gte, self._spec.lte
        if high is not None and share >= high:
            return Reading(matching, share, ratio=share)
        if low is not None and share <= low:
            return Reading(matching, -share, ratio=share)
        return None


class Steps(Measure):
    """All steps came within the window, in their order if that is asked; one post may take several steps."""

    def __init__(self, rule: Rule, hits: Iterable[Hit]) -> None:
        super().__init__(rule, hits)
        assert isinstance(rule.spec, Sequence)  # noqa: S101 # the rulebook gives each type its spec
        self._spec = rule.spec
        self._window = self.track.window(rule.timeframe)
        self._timeframe = rule.timeframe

    def reading(self, at: datetime) -> Reading | None:
        hits = self.track.between(at - self._timeframe, at)
        if not self._taken(hits):
            return None
        count = self._window.count(at)
        return Reading(count, count, reached=self._spec.steps)

    def _taken(self, hits: list[Hit]) -> bool:
        if not self._spec.ordered:
            return set(self._spec.steps) <= {step for hit in hits for step in values_of(hit)}
        place, steps = 0, self._spec.steps
        for together in _by_moment(hits):
            while place < len(steps) and steps[place] in together:
                place += 1
        return place == len(steps)


class Rise(Measure):
    """The counts of the group's posts rose: by *delta* in sum, or to *ratio* times what they were.

    A post's growth at t is its last sample up to t, less its last sample up to t − timeframe; less its first one if
    that is younger (what rose in less than the timeframe rose within it). Posts with one sample say nothing, and
    counters that fell count as 0.
    """

    steady = False

    def __init__(self, rule: Rule, hits: Iterable[Hit]) -> None:
        self._samples: dict[str, tuple[list[datetime], list[float]]] = {}
        super().__init__(rule, ())
        assert isinstance(rule.spec, Growth)  # noqa: S101 # the rulebook gives each type its spec
        self._spec = rule.spec
        self.back = EVER
        for hit in hits:
            self.add(hit)

    def add(self, hit: Hit) -> None:
        super().add(hit)
        times, values = self._samples.setdefault(hit.member, ([], []))
        place = bisect_right(times, hit.at)
        times.insert(place, hit.at)
        values.insert(place, float(hit.mark))

    def reading(self, at: datetime) -> Reading | None:
        delta = base = grown = 0.0
        posts = 0
        for times, values in self._samples.values():
            now = bisect_right(times, at) - 1
            before = max(bisect_right(times, at - self.span) - 1, 0)
            if now > before:
                posts += 1
                rise = max(values[now] - values[before], 0.0)
                delta, base, grown = delta + rise, base + values[before], grown + values[before] + rise
        ratio = grown / base if base else None
        spec = self._spec
        by_delta = spec.delta is not None and posts > 0 and delta >= spec.delta
        by_ratio = spec.ratio is not None and ratio is not None and base >= spec.min_base and ratio >= spec.ratio
        return Reading(posts, delta, delta=delta, ratio=ratio) if by_delta or by_ratio else None


def measure(rule: Rule, hits: Iterable[Hit], past: Past, workdays: Workdays) -> Measure:
    """Return what *rule* measures of *hits*. The rule must be of a windowed type."""
    match rule.type:
        case RuleType.CARDINALITY:
            return Values(rule, hits, past)
        case RuleType.SPIKE:
            return Surge(rule, hits, past, workdays)
        case RuleType.PERCENTAGE:
            return Share(rule, hits)
        case RuleType.SEQUENCE:
            return Steps(rule, hits)
        case RuleType.GROWTH:
            return Rise(rule, hits)
        case _:
            return Frequency(rule, hits)


def reach(measured: Measure, moments: Iterable[datetime]) -> Reach | None:
    """Say at which of *moments*, in order, the condition holds first, and where it is at its fullest."""
    first: datetime | None = None
    peak: Reading | None = None
    for at in moments:
        reading = measured.reading(at)
        if reading is None:
            continue
        first = first or at
        peak = reading if peak is None or reading.weight > peak.weight else peak
    return Reach(first, peak) if first is not None and peak is not None else None


class Stretch(NamedTuple):
    """A stretch of time in which a condition held; *end* is None if it still did at the end of the look."""

    start: datetime
    end: datetime | None


def stretches(measured: Measure, since: datetime, until: datetime) -> list[Stretch]:
    """Return the stretches between two moments in which the condition held."""
    found: list[Stretch] = []
    start: datetime | None = None
    for at in measured.turning(since, until):
        holds = measured.reading(at) is not None
        if holds and start is None:
            start = at
        elif not holds and start is not None:
            found.append(Stretch(start, at))
            start = None
    return [*found, Stretch(start, None)] if start is not None else found


def same_hours(at: datetime, reference: Reference, workdays: Workdays, zone: ZoneInfo) -> list[datetime]:
    """Return *at* on the days before it that a spike is compared with, the latest first."""
    local = at.astimezone(zone)
    kind = workdays.worked(local.date())
    found: list[datetime] = []
    for back in range(1, reference.days * _LONGEST_LOOK + 8):
        if len(found) == reference.days:
            break
        earlier = local - timedelta(days=back)  # the same time by the clock on the wall
        if not reference.same_daytype or workdays.worked(earlier.date()) is kind:
            found.append(earlier.astimezone(at.tzinfo))
    return found


def values_of(hit: Hit) -> tuple[str, ...]:
    """Return the values in a hit's mark."""
    return tuple(hit.mark.split(SEPARATOR)) if hit.mark else ()


def _begun(first: datetime | None, by: datetime) -> bool:
    return first is not None and first <= by


def _by_moment(hits: Iterable[Hit]) -> Iterator[set[str]]:
    """Yield the values of all hits of one moment together: which of them came first nobody knows."""
    together: set[str] = set()
    at: datetime | None = None
    for hit in hits:
        if at is not None and hit.at != at:
            yield together
            together = set()
        at = hit.at
        together.update(values_of(hit))
    yield together
