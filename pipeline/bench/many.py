"""What a hundred times as many rules cost when no more of them match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from pipeline.bench import invented
from pipeline.bench.contest import Job, Pair
from pipeline.bench.stages import BATCH, WARM, analysed
from pipeline.match.matcher import Matcher
from pipeline.model import AnalysedPost

FEW: Final = 1_000
MANY: Final = 100_000
POSTS: Final = 8 * BATCH


class ManyRules(Pair):
    """The posts of 1,000 rules go by 100,000: the ratio says how many times as long they take.

    Both hold the same 1,000, and the posts speak of what those name; the others are hit by chance.
    """

    name: ClassVar[str] = "rules-100k"
    against: ClassVar[str] = "1,000 rules, the same posts (cost)"

    def __init__(self) -> None:
        known = invented.names(MANY)
        rules = invented.rules(MANY, known)
        self._known = known[:FEW]
        self._few, self._many = Matcher(rules[:FEW]), Matcher(rules)
        for earlier in range(-WARM // 2, 0):
            self.ours(earlier).work()
            self.theirs(earlier).work()

    def ours(self, round: int) -> Job:
        return self._job(self._few, round)

    def theirs(self, round: int) -> Job:
        return self._job(self._many, round)

    def _job(self, matcher: Matcher, round: int) -> Job:
        docs = self._docs(round)
        return Job(lambda: [matcher.match(docs[n : n + BATCH]) for n in range(0, len(docs), BATCH)], float(len(docs)))

    def _docs(self, round: int) -> Sequence[AnalysedPost]:
        return analysed(invented.posts(POSTS, round + 100, self._known))
