"""What one rule may cost: a rule that keeps everybody waiting is set aside, and the others go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A rule that could not be asked about a post; the other rules were. *owner* is who answers for the rule."""

    rule: str
    post: str
    error: str
    owner: str = ""


class Budget:
    """Counts the posts for which a rule took longer than *limit_s* of computing; *strikes* of them set it aside."""

    def __init__(self, limit_s: float = 0.2, strikes: int = 3) -> None:
        self.limit_s = limit_s
        self._strikes = strikes
        self._slow: Counter[str] = Counter()
        self.aside: set[str] = set()

    def keeping(self, rules: AbstractSet[str]) -> Budget:
        """Return a budget of the same size in which only *rules* have used anything up."""
        kept = Budget(self.limit_s, self._strikes)
        kept.aside = set(self.aside) & rules
        kept._slow = Counter({rule: times for rule, times in dict(self._slow).items() if rule in rules})
        return kept

    def spent(self, rule: str, took_s: float) -> bool:
        """Note what *rule* took for a post; True if it is set aside from now on."""
        if took_s <= self.limit_s:
            return False
        self._slow[rule] += 1
        if self._slow[rule] < self._strikes:
            return False
        self.aside.add(rule)
        return True
