"""What a rule is, once read and found sound: data for match and detect, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.model import Level, Manner

if TYPE_CHECKING:
    from pipeline.rulebook.expression import Expression
    from pipeline.rulebook.template import Template


class RuleType(StrEnum):
    """How hits are counted (RULES §3.2); what only one type asks for is in ``Rule.spec``."""

    ANY = "any"
    FREQUENCY = "frequency"
    CARDINALITY = "cardinality"
    SPIKE = "spike"
    PERCENTAGE = "percentage"
    GROWTH = "growth"
    FLATLINE = "flatline"
    NEW_TERM = "new_term"
    CHANGE = "change"
    SEQUENCE = "sequence"
    DEADLINE = "deadline"


class Status(StrEnum):
    """``test`` and ``experimental`` rules are recorded and not notified (shadow)."""

    STABLE = "stable"
    TEST = "test"
    EXPERIMENTAL = "experimental"
    DEPRECATED = "deprecated"


@dataclass(frozen=True)
class Near:
    """A word of *a* and a word of *b* at most *within* characters apart, in one sentence or one field."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    within: int
    ordered: bool = False
    same: str = "sentence"


@dataclass(frozen=True)
class Written:
    """The ways in which a folded *word* may stand in the original, alike after *fold* (none: letter for letter)."""

    word: str
    originals: tuple[str, ...]
    fold: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextCondition:
    """Words, unfolded from lists and variants and folded as texts are (``pipeline.text``).

    *must* and *any* are lists of alternatives: an entry with its variants counts once for *min*. Words are
    found folded; those in *written* count only where the original agrees more exactly.
    """

    fields: tuple[str, ...] = ("title", "text")
    must: tuple[tuple[str, ...], ...] = ()
    any: tuple[tuple[str, ...], ...] = ()
    min: int = 1
    none: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()
    written: tuple[Written, ...] = ()


@dataclass(frozen=True)
class Where:
    """One comparison on a field; *or_missing* lets a missing field pass."""

    field: str
    op: str
    value: object
    or_missing: bool = False


@dataclass(frozen=True)
class Condition:
    """Text and fields together; *where* is a list of alternatives, each a list of comparisons."""

    text: TextCondition | None = None
    where: tuple[tuple[Where, ...], ...] = ()


@dataclass(frozen=True)
class Clock:
    """A length of time: *span* by the clock, or so many *workdays* of the calendar, and then no span."""

    span: timedelta = timedelta(0)
    workdays: int = 0


@dataclass(frozen=True)
class Cardinality:
    """Holds while the distinct values of *field* in the window are at least *gte*, or at most *lte*."""

    field: str
    gte: int | None = None
    lte: int | None = None


@dataclass(frozen=True)
class Reference:
    """What a spike is measured against.

    ``previous`` is the window before this one; ``same_period`` the *agg* (median, mean, max) of the same hours
    of *days* earlier days, only days of the same kind (working or not) with *same_daytype*.
    """

    mode: str = "previous"
    days: int = 7
    agg: str = "median"
    same_daytype: bool = True


@dataclass(frozen=True)
class Spike:
    """Holds if the window counts at least *threshold_cur*, and *height* times the reference (at least *ref_floor*).

    *direction* ``down`` is the mirror of ``up``, ``both`` is either. *cold_start*, while there is no reference
    yet: ``threshold_only`` looks at *threshold_cur* alone, ``hold`` says nothing.
    """

    height: float
    threshold_cur: int
    direction: str = "up"
    reference: Reference = Reference()
    ref_floor: float = 1.0
    cold_start: str = "threshold_only"


@dataclass(frozen=True)
class Percentage:
    """Holds if the share (0 to 100) of posts that match, among those that satisfy *of*, leaves its bounds.

    A Match of such a rule has ``of`` among its *parts*, and ``match`` too if the rule's own condition holds.
    """

    of: Condition
    gte: float | None = None
    lte: float | None = None
    min_denominator: int = 20


@dataclass(frozen=True)
class Growth:
    """Holds if *metric* of a post rose by *delta*, or to *ratio* times a value of at least *min_base*, in timeframe.

    Mere counts (``op: observe``) give Matches for such rules; their id tells observations apart.
    """

    metric: str
    delta: float | None = None
    ratio: float | None = None
    min_base: float = 100.0


@dataclass(frozen=True)
class Expect:
    """Which keys must be heard from: the *key* of each entry of *source* whose state is not in *exempt*.

    *source* is ``directory.accounts``, ``directory.units``, another list of the directory's own, or ``sources`` (the
    settings').
    """

    source: str
    key: str = "id"
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True)
class SilenceStage:
    """Silent for *after*: then the alert is at *level*."""

    after: Clock
    level: Level


@dataclass(frozen=True)
class Flatline:
    """Holds for an expected key of which fewer than *threshold* posts came within *silence* plus *grace*.

    The one field of ``group_by`` holds the key. Stages are in order; without any there is one: *silence*, at
    the rule's level. If the source itself has been silent for *max_gap*, that is a blind spot (监测盲区) and
    nobody's silence. Never-seen keys count from when they were registered.
    """

    silence: Clock
    expect: Expect
    threshold: int = 1
    stages: tuple[SilenceStage, ...] = ()
    grace: Clock = Clock()
    max_gap: timedelta | None = None


@dataclass(frozen=True)
class NewTerm:
    """Holds when *min_people* distinct voices name a value of *field* that was not seen in *lookback*."""

    field: str
    lookback: timedelta = timedelta(days=30)
    min_people: int = 1


@dataclass(frozen=True)
class Change:
    """Holds when *field* differs from its last value in the group, by event time."""

    field: str
    ignore_null: bool = True


@dataclass(frozen=True)
class Sequence:
    """Holds when all *steps* (names of signals) came in one group within timeframe, in their order if *ordered*.

    A Match of such a rule has at least one step among its *signals*.
    """

    steps: tuple[str, ...]
    ordered: bool = True


@dataclass(frozen=True)
class DueStage:
    """*at* is the share of the time allowed: 0.5 when half of it is gone, 1.0 when all is."""

    at: float
    level: Level


@dataclass(frozen=True)
class Deadline:
    """Holds for a *key* that started and did not reach its *until*, from each stage on.

    ``group_by`` begins with *key*. A Match has ``start``, ``until`` or ``pause`` among its *parts*. The clock
    stands still from a post with ``pause`` to the next post of the same key without it.
    """

    key: str
    start: Condition
    until: Condition
    within: Clock
    stages: tuple[DueStage, ...]
    pause: Condition | None = None


Spec = Cardinality | Spike | Percentage | Growth | Flatline | NewTerm | Change | Sequence | Deadline


@dataclass(frozen=True)
class Suppress:
    """Merge, downgrade or hold an alert while another rule's is open, or a notice of that name is in force.

    Exactly one of *inhibited_by* (a rule id) and *notice* is given; the fields in *equal* must agree. ``downgrade``
    goes down *to* a level; ``hold`` waits at most *max*, and is said at the end.
    """

    action: str
    inhibited_by: str = ""
    notice: str = ""
    equal: tuple[str, ...] = ()
    to: Level | None = None
    max: timedelta | None = None


@dataclass(frozen=True)
class LevelIf:
    when: Expression
    level: Level


@dataclass(frozen=True)
class Example:
    """A text, with field values where the rule asks for some, that must or must not match."""

    text: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule. *rev* changes when anything that decides an outcome changes."""

    id: str
    rev: str
    name: str
    owner: str
    status: Status
    level: Level
    type: RuleType
    condition: Condition
    place: str  # file:line:column of the rule, for messages
    description: str = ""
    signals: Mapping[str, Condition] = field(default_factory=dict)
    group_by: tuple[str, ...] = ()
    count_by: str = "id"
    timeframe: timedelta = timedelta(0)
    num_events: int = 1
    allowed_lateness: timedelta = timedelta(hours=24)
    max_event_age: timedelta = timedelta(days=7)
    immediate_if: Expression | None = None
    level_if: tuple[LevelIf, ...] = ()
    resolve_after: timedelta = timedelta(hours=1)
    manner: Manner = Manner()
    spec: Spec | None = None  # None for any and frequency
    hold_for: timedelta = timedelta(0)  # ``for``: pending so long before it fires
    keep_firing_for: timedelta = timedelta(0)
    timezone: str = "Asia/Shanghai"
    group_interval: timedelta = timedelta(minutes=10)
    only: tuple[str, ...] = ()  # names of intervals in which alone it speaks
    mute: tuple[str, ...] = ()
    escalation: str = ""  # the route's, if empty
    suppress: tuple[Suppress, ...] = ()
    sla: str = ""
    mask: tuple[str, ...] = ("phone", "id_card", "person_name")
    labels: Mapping[str, Template] = field(default_factory=dict)
    summary: Template | None = None
    advice: Template | None = None
    match: tuple[Example, ...] = ()
    no_match: tuple[Example, ...] = ()

    @property
    def parts(self) -> Mapping[str, Condition]:
        """The conditions of which one must hold besides the rule's own; none for most types.

        A sequence waits for its steps, a deadline for start, until or pause.
        """
        spec = self.spec
        if isinstance(spec, Sequence):
            return {name: self.signals[name] for name in spec.steps if name in self.signals}
        if isinstance(spec, Deadline):
            parts = {"start": spec.start, "until": spec.until}
            return parts if spec.pause is None else {**parts, "pause": spec.pause}
        return {}

    @property
    def conditions(self) -> list[Condition]:
        """Every condition a post is tried by: the rule's own, those of its signals, and those of its type."""
        spec = self.spec
        parts = () if isinstance(spec, Sequence) else self.parts.values()  # the steps are signals
        return [self.condition, *self.signals.values(), *parts, *([spec.of] if isinstance(spec, Percentage) else [])]

    @property
    def shadow(self) -> bool:
        return self.status in (Status.TEST, Status.EXPERIMENTAL)
