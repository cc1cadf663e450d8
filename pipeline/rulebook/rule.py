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
    """How hits are counted. The other nine types of RULES §3.2 arrive with the rule engine."""

    ANY = "any"
    FREQUENCY = "frequency"


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
class TextCondition:
    """Words, unfolded from lists and variants and folded as texts are (``pipeline.text``).

    *must* and *any* are lists of alternatives: an entry with its variants counts once for *min*.
    """

    fields: tuple[str, ...] = ("title", "text")
    must: tuple[tuple[str, ...], ...] = ()
    any: tuple[tuple[str, ...], ...] = ()
    min: int = 1
    none: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    near: tuple[Near, ...] = ()


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
    place: str  # file:line of the rule, for messages
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
    summary: Template | None = None
    advice: Template | None = None
    match: tuple[Example, ...] = ()
    no_match: tuple[Example, ...] = ()

    @property
    def shadow(self) -> bool:
        return self.status in (Status.TEST, Status.EXPERIMENTAL)
