"""What was found at a moment: the rule and group, where its condition holds, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.detect.measure import Reach
from pipeline.model import Evidence, Level, Match, loudest, withheld
from pipeline.rulebook.rule import Rule, RuleType

_NEEDS_MANY = (RuleType.FREQUENCY, RuleType.CARDINALITY, RuleType.SPIKE, RuleType.PERCENTAGE, RuleType.SEQUENCE)


@dataclass(frozen=True)
class Found:
    """One finding of a rule in a group.

    *key* names the window, *group* is what people see. *at* is the event time of what was found, *known_at* when we
    could know; *timely_at* when a desk that hears everything at once would have told. *match* is the post it speaks
    of, if any. *alone* says that this one post made it so. *seed* makes the episode's id. *stage* counts from 1,
    where the type has stages, whose level is *level*. *facts* are further names for expressions and templates.
    """

    rule: Rule
    key: str
    group: tuple[str, ...]
    at: datetime
    known_at: datetime
    partition: int
    reach: Reach | None
    match: Match | None = None
    alone: bool = False
    new: bool = True
    seed: tuple[str, ...] = ()
    timely_at: datetime | None = None
    stage: int = 0
    level: Level | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    why: str = ""

    @property
    def quotable(self) -> bool:
        """Say whether the alert may speak of its post: of many voices none seals the matter of all."""
        return self.match is None or self.alone or not withheld(self.match.analysed)

    def names(self, count: int) -> dict[str, object]:
        """Return the names that the rule's expressions and templates may use."""
        peak = self.reach.peak if self.reach else None
        match, rule = self.match, self.rule
        return {
            "count": count,
            "delta": peak.delta if peak else None,
            "ratio": peak.ratio if peak else None,
            "reference": peak.reference if peak else None,
            "reached": peak.reached if peak else (),
            "stage": self.stage or None,
            "doc": match.analysed if match else None,
            "group": dict(zip(rule.group_by, self.group, strict=False)),
            "signal": dict.fromkeys(rule.signals, False) | dict.fromkeys(match.signals if match else (), True),
            **self.facts,
        }

    def loudness(self, count: int) -> Level:
        """Return how loud it is: the rule's level or its stage's, raised by what ``level_if`` says."""
        names = self.names(count)
        raised = [step.level for step in self.rule.level_if if step.when.value(names)]
        return loudest(self.level or self.rule.level, *raised)


def alone(rule: Rule, reach: Reach) -> bool:
    """Say whether one post made the condition hold, and not many together."""
    if rule.type is RuleType.FREQUENCY:
        return reach.count < rule.num_events  # its immediate_if held
    return rule.type not in _NEEDS_MANY


def evidence_of(match: Match, excerpt_chars: int = 60) -> Evidence:
    """Return what an alert may show of a post: masked, short, with its link (DOMAIN P-15); of a withheld one, that it is."""
    post = match.analysed.post
    if withheld(match.analysed):
        return Evidence(post_id=post.id, at=match.at, source=post.source.id, excerpt="（内容封存）")
    words = " ".join(f"{post.title} {post.text}".split())
    cut = words if len(words) <= excerpt_chars else words[: excerpt_chars - 1] + "…"
    return Evidence(post_id=post.id, at=match.at, source=post.source.id, excerpt=cut, url=post.url)
