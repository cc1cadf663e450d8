"""The contests over single stages and over all of them together, on one core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from pipeline.analyse.analyst import Analyst
from pipeline.analyse.cluster import Clusters
from pipeline.analyse.sentiment import Sentiment
from pipeline.bench import invented, usual
from pipeline.bench.contest import Job, Pair
from pipeline.directory import Directory
from pipeline.match.matcher import Matcher
from pipeline.match.written import written
from pipeline.model import AnalysedPost, Post, Reader, TextFinding, encode
from pipeline.settings import Analyse
from pipeline.text.normal import folded, normal_batch

RULES = 10_000
BATCH = 256
OURS = 4 * BATCH  # posts a round
FEW = 12  # posts a round for those who take 30 ms a post
WARM = 24  # rounds before the first: a desk runs for months, so hardly a rule is asked for the first time in a round


class Whole(Pair):
    """Decode, analyse, cluster, match 10,000 rules, encode; against the same by the usual packages.

    Both sides are warm: packages loaded, expressions compiled, rules made ready, some 24,000 posts remembered.
    """

    name: ClassVar[str] = "pipeline"
    against: ClassVar[str] = "json + NFKC + jieba + SnowNLP + re.sub ×9 + re ×10000"

    def __init__(self) -> None:
        self._known = invented.names(RULES)
        rules = invented.rules(RULES, self._known)
        self._matcher = Matcher(rules)
        self._patterns = usual.compiled(rules)
        self._analyst = Analyst.open(Analyse(), Directory.read(), Clusters())
        self._reader: Reader[Post] = Reader(Post)
        for earlier in range(-WARM, 0):
            self._all(self._raw(earlier))
        usual.understood(self._raw(-1)[0], self._patterns)

    def ours(self, round: int) -> Job:
        raw = self._raw(round)
        return Job(lambda: self._all(raw), _bytes(raw))

    def theirs(self, round: int) -> Job:
        raw = self._raw(round)[: 4 * FEW]
        return Job(lambda: [usual.understood(one, self._patterns) for one in raw], _bytes(raw))

    def _all(self, raw: Sequence[bytes]) -> list[list[bytes]]:
        return [self._understand(raw[start : start + BATCH]) for start in range(0, len(raw), BATCH)]

    def _understand(self, raw: Sequence[bytes]) -> list[bytes]:
        docs = self._analyst.analyse([self._reader.read(one) for one in raw])
        matches, encoded = self._matcher.match(docs), list(map(encode, docs))
        return [*encoded, *written(matches, docs, encoded)]

    def _raw(self, round: int) -> list[bytes]:
        return [encode(post) for post in invented.posts(OURS, round + 100, self._known)]


class Feelings(Pair):
    """Sentiment alone."""

    name: ClassVar[str] = "analyse"
    against: ClassVar[str] = "SnowNLP"

    def __init__(self) -> None:
        self._known = invented.names(2_000)
        self._sentiment = Sentiment.open("linear")
        self._sentiment.analyse(self._docs(-1)[:1])
        usual.sentiment("很好")

    def ours(self, round: int) -> Job:
        docs = self._docs(round)
        return Job(
            lambda: [self._sentiment.analyse(docs[n : n + BATCH]) for n in range(0, len(docs), BATCH)], _letters(docs)
        )

    def theirs(self, round: int) -> Job:
        docs = self._docs(round)[: 2 * FEW]
        return Job(lambda: [usual.sentiment(_normal(doc)) for doc in docs], _letters(docs))

    def _docs(self, round: int) -> list[AnalysedPost]:
        return analysed(invented.posts(8 * OURS, round + 10, self._known))


class Rules(Pair):
    """10,000 rules by one automaton, all made ready before; both sides must find the same."""

    name: ClassVar[str] = "rules"
    against: ClassVar[str] = "re ×10000"

    def __init__(self) -> None:
        self._known = invented.names(RULES)
        rules = invented.rules(RULES, self._known)
        self._matcher = Matcher(rules)
        self._patterns = usual.compiled(rules)
        self._agree(self._docs(-1)[: 4 * FEW])
        for earlier in range(-WARM // 4, 0):
            self.ours(earlier).work()

    def ours(self, round: int) -> Job:
        docs = self._docs(round)
        return Job(
            lambda: [self._matcher.match(docs[n : n + BATCH]) for n in range(0, len(docs), BATCH)], _letters(docs)
        )

    def theirs(self, round: int) -> Job:
        docs = self._docs(round)[: 2 * FEW]
        return Job(lambda: self._one_by_one(docs), _letters(docs))

    def _one_by_one(self, docs: Sequence[AnalysedPost]) -> set[tuple[str, str]]:
        squeezed = [folded(doc.post.text) for doc in docs]
        return {
            (doc.post.id, rule)
            for doc, text in zip(docs, squeezed, strict=True)
            for rule, pattern in self._patterns
            if pattern.search(text)
        }

    def _agree(self, docs: Sequence[AnalysedPost]) -> None:
        ours = {(match.analysed.post.id, match.rule) for match in self._matcher.match(docs)}
        if ours != self._one_by_one(docs) or not ours:
            raise AssertionError("the matcher and the regular expressions disagree")

    def _docs(self, round: int) -> list[AnalysedPost]:
        return analysed(invented.posts(4 * OURS, round + 100, self._known))


class Copies(Pair):
    """Near duplicates; one post at a time there, in batches here. Both remember the same posts."""

    name: ClassVar[str] = "cluster"
    against: ClassVar[str] = "datasketch MinHashLSH 128"

    def __init__(self) -> None:
        self._known = invented.names(2_000)
        self._clusters = Clusters(window=timedelta(hours=1_000))
        self._usual = usual.Lsh()
        for earlier in range(-4, 0):
            self.ours(earlier).work()
            self.theirs(earlier).work()

    def ours(self, round: int) -> Job:
        docs = self._docs(round)
        return Job(
            lambda: [self._clusters.assign(docs[n : n + BATCH]) for n in range(0, len(docs), BATCH)], _letters(docs)
        )

    def theirs(self, round: int) -> Job:
        docs = self._docs(round)
        return Job(lambda: [self._usual.assign(doc.post.id, _normal(doc)) for doc in docs], _letters(docs))

    def _docs(self, round: int) -> list[AnalysedPost]:
        return analysed(invented.posts(OURS, round + 100, self._known))


def analysed(posts: Sequence[Post]) -> list[AnalysedPost]:
    """Return *posts* with their normal forms, as the matcher gets them."""
    normals = normal_batch([post.text for post in posts])
    return [AnalysedPost(post=post, text=TextFinding(normal)) for post, normal in zip(posts, normals, strict=True)]


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text else ""


def _letters(docs: Sequence[AnalysedPost]) -> float:
    return float(sum(len(doc.post.text) for doc in docs))


def _bytes(raw: Sequence[bytes]) -> float:
    return float(sum(map(len, raw)))
