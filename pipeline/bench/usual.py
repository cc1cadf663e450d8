"""The usual way: a segmenter, a sentiment package, one regular expression for each rule, MinHash by a package."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.errors import Fault, Misconfigured
from pipeline.rulebook import Rule
from pipeline.text.normal import folded

PERSONAL = [
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)1[3-9]\d{9}(?!\d)",
        r"(?<!\d)\d{17}[\dXx](?!\d)",
        r"(?<!\d)\d{16,19}(?!\d)",
        r"[\w.+-]+@[\w-]+\.[\w.]+",
        r"(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)",
        r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}",
        r"(?<!\d)(?:\d{1,3}\.){3}\d{1,3}(?!\d)",
        r"(?:QQ|微信|vx)[:：]?\s*[\w-]{5,20}",
        r"(?<![A-Z])[EG]\d{8}(?!\d)",
    )
]


class Lsh:
    """Near duplicates by datasketch as its manual shows it: 128 permutations, sets of 3-grams, threshold 0.5."""

    def __init__(self) -> None:
        self._datasketch = _datasketch()
        self._index = self._datasketch.MinHashLSH(threshold=0.5, num_perm=128)

    def assign(self, post: str, text: str) -> str:
        """Return a post that says the same, or *post* itself; remember it."""
        sketch = self._datasketch.MinHash(num_perm=128)
        sketch.update_batch({text[start : start + 3].encode() for start in range(max(1, len(text) - 2))})
        found: list[str] = self._index.query(sketch)
        self._index.insert(post, sketch)
        return found[0] if found else post


def compiled(rules: Sequence[Rule]) -> list[tuple[str, re.Pattern[str]]]:
    """Return each rule as one regular expression over normalised text."""
    return [(rule.id, re.compile(_pattern(rule))) for rule in rules]


def masked(text: str) -> str:
    """Return *text* with a star where one of the expressions found something; none of them knows a name."""
    for pattern in PERSONAL:
        text = pattern.sub("*", text)
    return text


def nameless(text: str) -> str:
    """Return *text* masked, without the words that jieba tags as names of persons."""
    import jieba.posseg as tagger

    _jieba()

    return "".join("*" if flag.startswith("nr") else word for word, flag in tagger.cut(masked(text)))


def understood(raw: bytes, patterns: Sequence[tuple[str, re.Pattern[str]]]) -> bytes:
    """Read one post, cut it, weigh it, mask it, ask every rule, and write it out."""
    post = json.loads(raw)
    text = unicodedata.normalize("NFKC", post["text"])
    post["tokens"] = segmented(text)
    post["sentiment"] = sentiment(text)
    post["text"] = text = masked(text)
    post["rules"] = [rule for rule, pattern in patterns if pattern.search(text)]
    return json.dumps(post, ensure_ascii=False).encode()


def segmented(text: str) -> list[str]:
    tokens: list[str] = _jieba().lcut(text)
    return tokens


def sentiment(text: str) -> float:
    return float(_snownlp()(text).sentiments)


def _pattern(rule: Rule) -> str:
    words = rule.condition.text
    assert words is not None  # noqa: S101 # invented rules are all of words
    needed = "".join(f"(?=[\\s\\S]*?(?:{'|'.join(map(_escaped, group))}))" for group in words.must)
    barred = "".join(f"(?![\\s\\S]*?{_escaped(word)})" for word in words.none)
    return rf"\A{needed}{barred}"


def _escaped(word: str) -> str:
    return re.escape(folded(word))


@cache
def _jieba() -> Any:
    import jieba  # here: its dictionary takes half a second

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    return jieba


@cache
def _snownlp() -> Any:
    from snownlp import SnowNLP  # here: it loads 400 MB of Python objects

    return SnowNLP


def _datasketch() -> Any:
    try:
        import datasketch  # here: nobody else needs it, and it brings scipy
    except ImportError as error:
        zh, en = "需要 datasketch：pip install 'yuqing[bench]'", "needs datasketch: pip install 'yuqing[bench]'"
        raise Misconfigured([Fault("bench.cluster", zh, en)]) from error
    return datasketch
