"""A rule hit: this post satisfies the condition of that rule. Counting comes later, in detect."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pipeline.model.analysed import AnalysedPost
from pipeline.model.ids import digest

MISSING = "(缺失)"
TOO_SLOW = "too slow"
"""What is said of a rule that was set aside because it kept everybody waiting."""


class Match(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One (rule, post) hit.

    *at* is the post's event time, *known_at* when we had it. *group* holds the values of the rule's
    ``group_by`` in order, ``(缺失)`` for a missing one; *member* is the value of ``count_by``.
    *hits* are the words that hit, for the explanation. *signals* are the rule's named conditions that hold,
    *parts* those of its type (``of`` and ``match`` of a percentage; ``start``, ``until``, ``pause`` of a deadline).
    The post travels without its tokens; *part* says which matter of a long article it is, and then it is that passage.

    *failed* says what went wrong where the rule could not be asked: then this is no hit, and its post says only which.
    """

    id: str
    rule: str
    rule_rev: str
    at: datetime
    known_at: datetime
    group: tuple[str, ...] = ()
    member: str = ""
    signals: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    failed: str = ""
    part: str = ""
    analysed: AnalysedPost

    @property
    def key(self) -> str:
        """The bus key: hits of one rule and group stay in order."""
        return digest(self.rule, *self.group)

    @property
    def counts_as(self) -> str:
        """The id under which it counts once, whatever comes again or is edited."""
        post = self.analysed.post.id
        return f"{post}#{self.part}" if self.part else post


def match_id(rule: str, post_id: str, post_rev: str) -> str:
    """Return the id of a hit, the same on every redelivery."""
    return digest("match", rule, post_id, post_rev)
