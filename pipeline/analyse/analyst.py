"""Reads posts batch by batch: text, privacy, gate, sentiment, matter, place, party, numbers, cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from pipeline.analyse import flags, gate, harm, matter
from pipeline.analyse.analyser import Analyser, filled
from pipeline.analyse.classes import Classes
from pipeline.analyse.cues import Lexicon, Reading
from pipeline.analyse.numbers import count
from pipeline.analyse.parts import Parts, gravest, several
from pipeline.analyse.party import Parties
from pipeline.analyse.peril import Peril
from pipeline.analyse.place import Gazetteer
from pipeline.analyse.sentiment import Sentiment, mocking, model_for
from pipeline.directory import Directory
from pipeline.errors import Fault, Misconfigured
from pipeline.model import (
    AnalysedPost,
    ClusterFinding,
    Kind,
    MatterFinding,
    Op,
    PartyFinding,
    PlaceFinding,
    Post,
    PrivacyFinding,
    Reason,
    SentimentFinding,
    TextFinding,
)
from pipeline.privacy import Masked, Masker
from pipeline.settings import Analyse
from pipeline.text.language import language
from pipeline.text.normal import normal_batch, squeeze_batch
from pipeline.text.segment import Segmenter, segmenter

_UPSERT, _ARTICLE = Op.UPSERT, Kind.ARTICLE  # to look a member up in its Enum takes ten times as long
_FOR_PEOPLE = frozenset({"minor", "sarcasm"})  # flags that a rule may not judge alone
_NOTHING_PRIVATE = PrivacyFinding()
_READ_HERE = frozenset({"zh", "und"})  # languages that need no translator


class Clusters(Protocol):
    """Remembers recent posts and says which say the same."""

    def assign(self, batch: Sequence[AnalysedPost]) -> Sequence[ClusterFinding]: ...


class Judge(Protocol):
    """Says how a text feels, and why."""

    def analyse(self, batch: Sequence[AnalysedPost]) -> Sequence[SentimentFinding]: ...

    def explain(self, text: str, model: str) -> tuple[Reason, ...]: ...


class Analyst:
    """Fills every block of a post. Equal posts get equal blocks, whatever else is in the batch.

    To *explain* adds the words that weighed in what models told: slower, and nobody needs them on the way to an alert.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        sentiment: Judge,
        directory: Directory,
        clusters: Clusters | None = None,
        analysers: Sequence[Analyser] = (),
        *,
        explain: bool = False,
    ) -> None:
        _check(analysers, clustered=clusters is not None)
        self._segmenter = segmenter
        self._tokenizer = f"{segmenter.name}/{segmenter.version}"
        self._sentiment = sentiment
        self._masker = Masker(directory)
        self._lexicon = Lexicon.read()
        self._peril = Peril.read()
        self._classes = Classes.shipped()
        self._gazetteer = Gazetteer(directory)
        self._parties = Parties(directory)
        self._competent = flags.competent(directory)
        self._parts = Parts(self._lexicon, self._gazetteer)
        self._clusters = clusters
        self._analysers = analysers
        self._explain = explain
        harm.make_ready()

    @classmethod
    def open(
        cls,
        settings: Analyse,
        directory: Directory,
        clusters: Clusters | None = None,
        analysers: Sequence[Analyser] = (),
        *,
        words: Iterable[str] = (),
        explain: bool = False,
    ) -> Analyst:
        """Return an analyst who never cuts the names of *directory*, nor *words*. Raises Misconfigured."""
        names = [name for place in directory.places for name in (place.name, *place.aliases)]
        cutter = segmenter(settings.segmenter, normal_batch([*names, directory.territory.name, *sorted(words)]))
        return cls(
            cutter,
            Sentiment.open(settings.sentiment, emotion=settings.emotion),
            directory,
            clusters,
            analysers,
            explain=explain,
        )

    def analyse(self, posts: Sequence[Post]) -> list[AnalysedPost]:
        """Return the posts with their blocks, in the order given.

        Deletions and mere counts have no text: they pass without blocks.
        """
        written = [post for post in posts if post.op is _UPSERT]
        read = self._read(written)
        if len(written) == len(posts):
            return read
        left = iter(read)
        return [next(left) if post.op is _UPSERT else AnalysedPost(post=post, flags=post.flags) for post in posts]

    def _read(self, posts: Sequence[Post]) -> list[AnalysedPost]:
        posts, masked = self._mask(posts)
        normals = [one.normal for one in masked]
        docs = [AnalysedPost(post=post, text=self._text(normal)) for post, normal in zip(posts, normals, strict=True)]
        feelings = self._feelings(docs)
        squeezed = squeeze_batch(normals)
        all_letters = [letters for letters, _ in squeezed]
        perils = self._peril.stretches(all_letters)
        sounds = harm.tiers().quickly(all_letters)
        # One kind of reading after the other, each for the whole batch: its tables then stay in the processor's cache.
        readings = [
            self._lexicon.read_text(normal, *letters, peril)
            for normal, letters, peril in zip(normals, squeezed, perils, strict=True)
        ]
        places = list(map(self._gazetteer.find, readings))
        parties = list(map(self._parties.find, readings))
        docs = list(map(self._understood, docs, masked, _let_go(readings), sounds, feelings, places, parties))
        docs = self._classes.filed(docs, explain=self._explain)
        if self._clusters is not None:
            clusters = self._clusters.assign(docs)
            docs = [replace(doc, cluster=cluster) for doc, cluster in zip(docs, clusters, strict=True)]
        for analyser in self._analysers:
            docs = filled(docs, analyser.name, analyser.analyse(docs))
        return docs

    def _feelings(self, docs: Sequence[AnalysedPost]) -> Sequence[SentimentFinding]:
        feelings = self._sentiment.analyse(docs)
        if not self._explain:
            return feelings
        return [
            replace(feeling, why=self._sentiment.explain(doc.body(), model_for(doc.post)))
            for doc, feeling in zip(docs, feelings, strict=True)
        ]

    def _mask(self, posts: Sequence[Post]) -> tuple[list[Post], list[Masked]]:
        """Return the posts without personal data: intake masked them, but a log can also be written by others."""
        masked = self._masker.mask_batch(
            [(post.title, post.text) for post in posts], [post.kind is _ARTICLE for post in posts]
        )
        safe = [
            replace(post, title=one.title, text=one.text) if one.spans else post
            for post, one in zip(posts, masked, strict=True)
        ]
        return safe, masked

    def _text(self, normal: str) -> TextFinding:
        return TextFinding(normal, self._segmenter.terms(normal), self._tokenizer, language(normal))

    def _understood(
        self,
        doc: AnalysedPost,
        masked: Masked,
        reading: Reading,
        sounds: Sequence[float],
        feeling: SentimentFinding,
        place: PlaceFinding,
        party: PartyFinding,
    ) -> AnalysedPost:
        numbers = count(reading.normal)
        closed = gate.before_matter(reading)
        what = MatterFinding() if closed else matter.matter(reading, numbers, sounds)
        long = several(doc.post, reading.normal)
        parts = self._parts.find(reading, what, place) if long and not closed else ()
        if parts:
            what = gravest(what, parts)
        marks = flags.marks(doc.post, reading, what, masked, numbers, self._competent, long=long)
        if "sarcasm" in marks:
            feeling = mocking(feeling, [reading.reason(cue) for cue in reading.of("sarcasm")])
        if not what.needs_human and (
            not _FOR_PEOPLE.isdisjoint(marks) or (doc.text and doc.text.lang not in _READ_HERE)
        ):
            what = replace(what, needs_human=True)
        sealed = masked.minor or what.accusation or harm.in_despair(reading)
        return AnalysedPost(
            post=doc.post,
            text=doc.text,
            privacy=PrivacyFinding(masked.classes, masked.minor, sealed)
            if masked.classes or sealed
            else _NOTHING_PRIVATE,
            sentiment=feeling,
            matter=what,
            place=place,
            numbers=numbers,
            party=party,
            gate=closed or gate.after_matter(reading, what),
            parts=parts,
            flags=tuple(dict.fromkeys((*doc.post.flags, *marks))) if doc.post.flags else marks,
        )


def _let_go(readings: list[Reading]) -> Iterator[Reading]:
    """Yield *readings* in their order and keep none: each is thrown away while it still lies at hand."""
    readings.reverse()
    while readings:
        yield readings.pop()


def _check(analysers: Sequence[Analyser], *, clustered: bool) -> None:
    """Raise Misconfigured with every block that an analyser names and no post has, or none has yet."""
    named = [(one.name, block) for one in analysers for block in (one.name, *one.needs)]
    there = {*AnalysedPost.__struct_fields__} - (set() if clustered else {"cluster"})
    faults = [
        Fault(f"analyse.{name}", f"这里没有名为 {block} 的分析结果", f"there is no block {block} here")
        for name, block in named
        if block not in there
    ]
    if faults:
        raise Misconfigured(faults)
