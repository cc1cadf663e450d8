"""How well a grouping agrees with labels: B-cubed precision, recall and their harmonic mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class BCubed(NamedTuple):
    """*precision*: of those grouped with a thing, how many share its label; *recall*: the other way round."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(labels: Sequence[Hashable], groups: Sequence[Hashable]) -> BCubed:
    """Return the agreement of *groups* with *labels*, averaged over things; the two stand side by side."""
    together = Counter(zip(labels, groups, strict=True))
    labelled, grouped = Counter(labels), Counter(groups)
    most = max(1, len(labels))
    return BCubed(
        sum(count * count / grouped[group] for (_, group), count in together.items()) / most,
        sum(count * count / labelled[label] for (label, _), count in together.items()) / most,
    )
