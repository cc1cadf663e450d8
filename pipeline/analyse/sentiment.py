"""Say what a text feels toward its matter: negative, neutral or positive, with probabilities.

Residents' messages and posts on the net are judged by different models: one trained on microblogs hears anger in
every sober question to an office.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import compress
from operator import not_
from pathlib import Path
from typing import ClassVar, Final

import msgspec
import numpy as np
from msgspec.structs import replace

from pipeline.analyse.emotion import Emotions
from pipeline.analyse.linear import Head, Linear
from pipeline.analyse.ngrams import Gram, grams
from pipeline.errors import Fault, Misconfigured
from pipeline.model import AnalysedPost, Kind, Polarity, Post, Reason, SentimentFinding, SourceClass
from pipeline.text.normal import normal

MODELS: Final = Path(__file__).with_name("models")
CARD: Final = "sentiment.json"
CITIZEN, SOCIAL = "citizen", "social"
REASONS = 8  # n-grams in an explanation
_LABELS = (Polarity.NEG, Polarity.NEU, Polarity.POS)
_CITIZEN_KINDS = frozenset({Kind.MESSAGE, Kind.WORKORDER})
_CITIZEN_CLASSES = frozenset({SourceClass.HOTLINE, SourceClass.MAILBOX})
_NOTHING = SentimentFinding(Polarity.NEU, 0.0, 0.0)


class Sentiment(ABC):
    """Feeling toward the matter: negative, neutral or positive, with probabilities.

    Posts are judged by their normal form, each by itself: no finding depends on the others of its batch.
    """

    name: ClassVar[str] = "sentiment"
    needs: ClassVar[tuple[str, ...]] = ("text",)

    @staticmethod
    def open(name: str = "linear", *, emotion: bool = False) -> Sentiment:
        """Return the analyser called *name*, which also names the *emotion* of posts if it can and is asked to.

        Raises Misconfigured if there is none or its model is missing.
        """
        match name:
            case "linear":
                return LinearSentiment.read(MODELS, emotion=emotion)
            case "snownlp":
                return SnowNlp()
        zh = f"没有名为 {name} 的情感分析器（可选：linear、snownlp）"
        raise Misconfigured([Fault("analyse.sentiment", zh, f"no sentiment analyser is called {name}")])

    @abstractmethod
    def analyse(self, batch: Sequence[AnalysedPost]) -> list[SentimentFinding]: ...

    @abstractmethod
    def explain(self, text: str, model: str = SOCIAL) -> tuple[Reason, ...]:
        """Return the pieces of *text* that weighed most, toward positive (+) or negative (-), strongest first."""


class ModelPart(msgspec.Struct, frozen=True):
    """One weight file and what its sums mean."""

    file: str
    version: str
    polarity: Head
    neutrality: Head
    praise_first: bool = False

    def read(self, folder: Path) -> Linear:
        weights = np.load(folder / self.file, mmap_mode="r")
        return Linear(self.version, weights, self.polarity, self.neutrality, self.praise_first)


class ModelCard(msgspec.Struct, frozen=True):
    """The part of a model card that is needed to judge; training writes the rest beside it."""

    models: dict[str, ModelPart]


class LinearSentiment(Sentiment):
    """Hashed n-grams and weights, trained by ``yuqing train sentiment``."""

    def __init__(self, models: Mapping[str, Linear], emotions: Emotions | None = None) -> None:
        self._models = models
        self._emotions = emotions

    @classmethod
    def read(cls, folder: Path, *, emotion: bool = False) -> LinearSentiment:
        """Return the models whose card lies in *folder*. Raises Misconfigured."""
        try:
            card = msgspec.json.decode((folder / CARD).read_bytes(), type=ModelCard)
            models = {name: part.read(folder) for name, part in card.models.items()}
        except (OSError, ValueError, msgspec.ValidationError) as error:
            fault = Fault(
                str(folder / CARD), f"情感模型读不出来：{error}", f"the sentiment model cannot be read: {error}"
            )
            raise Misconfigured([fault]) from error
        return cls(models, Emotions.read(folder) if emotion else None)

    def analyse(self, batch: Sequence[AnalysedPost]) -> list[SentimentFinding]:
        texts = [_normal(doc) for doc in batch]
        letters = [of_residents(doc.post) for doc in batch]
        messages = list(compress(texts, letters))
        posts = list(compress(texts, map(not_, letters)))
        told = iter(self._with_emotion(posts)), iter(judge(self._models[CITIZEN], messages))
        return [next(told[which]) for which in letters]

    def _with_emotion(self, posts: Sequence[str]) -> list[SentimentFinding]:
        found = judge(self._models[SOCIAL], posts)
        if self._emotions is None:
            return found
        emotions = self._emotions.tell(posts)
        return [replace(one, emotion=name) if one.model else one for one, name in zip(found, emotions, strict=True)]

    def explain(self, text: str, model: str = SOCIAL) -> tuple[Reason, ...]:
        return explain(self._models[model], text)


class SnowNlp(Sentiment):
    """SnowNLP as published, for comparison: slow, and trained on shop reviews."""

    def analyse(self, batch: Sequence[AnalysedPost]) -> list[SentimentFinding]:
        return [_snow(_normal(doc)) for doc in batch]

    def explain(self, text: str, model: str = SOCIAL) -> tuple[Reason, ...]:
        return ()


def model_for(post: Post) -> str:
    """Say which model judges *post*: what residents write to an office is ``citizen``, all else ``social``."""
    return CITIZEN if of_residents(post) else SOCIAL


def of_residents(post: Post) -> bool:
    """Say whether *post* is what a resident wrote to an office."""
    return post.kind in _CITIZEN_KINDS or post.source.class_ in _CITIZEN_CLASSES


def mocking(feeling: SentimentFinding, cues: Sequence[Reason]) -> SentimentFinding:
    """Return what praise feels that mocks by *cues*: what spoke for it speaks against it (五星好评, 停水第三天)."""
    if feeling.label is not Polarity.POS:
        return feeling
    return replace(feeling, label=Polarity.NEG, p_neg=feeling.p_pos, p_pos=feeling.p_neg, why=tuple(cues))


def judge(model: Linear, texts: Sequence[str]) -> list[SentimentFinding]:
    """Return the finding for each normalised text; one without a visible character is neutral."""
    probabilities = model.probabilities(texts)
    labels = probabilities.argmax(axis=1).tolist()
    negative, _, positive = probabilities.round(4).T.tolist()
    return [
        SentimentFinding(_LABELS[label], p_neg, p_pos, None, model.version) if text and not text.isspace() else _NOTHING
        for text, label, p_neg, p_pos in zip(texts, labels, negative, positive, strict=True)
    ]


def explain(model: Linear, text: str) -> tuple[Reason, ...]:
    """Return the n-grams of *text* that moved its polarity most, none inside another."""
    folded = normal(text)
    unit = model.polarity.scale / math.sqrt(model.grams_of(folded))
    weighed = [(float(model.weights[gram.slot, 0]) * unit, gram) for gram in grams(folded, model.bits)]
    chosen: list[tuple[float, Gram]] = []
    for weight, gram in sorted(weighed, key=lambda pair: (-abs(pair[0]), pair[1])):
        if weight and all(gram.end <= other.start or other.end <= gram.start for _, other in chosen):
            chosen.append((weight, gram))
        if len(chosen) == REASONS:
            break
    return tuple(Reason(text[gram.start : gram.end], round(weight, 4), gram.start, gram.end) for weight, gram in chosen)


def _normal(doc: AnalysedPost) -> str:
    return doc.text.normal if doc.text else normal(doc.body())


def _snow(text: str) -> SentimentFinding:
    if not text or text.isspace():
        return _NOTHING
    positive = float(_snow_reader()(text).sentiments)
    label = Polarity.NEG if positive < 0.4 else Polarity.POS if positive > 0.6 else Polarity.NEU
    return SentimentFinding(label, round(1 - positive, 4), round(positive, 4), "snownlp")


@cache
def _snow_reader() -> type:
    # Its import loads 400 MB of Python objects: only for those who ask for it.
    from snownlp import SnowNLP

    return SnowNLP  # type: ignore[no-any-return] # it ships no types
