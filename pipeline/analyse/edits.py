"""Nine ways in which people change a text when they pass it on, and how well copies made so are found again."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pipeline.analyse.cluster import Clusters
from pipeline.model import AnalysedPost, Post, Published, Source
from pipeline.text.normal import folded

Edit = Callable[[str, random.Random], str]
Group = Callable[[Sequence[str]], Sequence[int]]  # for each text, the place of the first of its group

SHORTEST: Final = 20  # characters of a text that is worth copying
ALIKE: Final = 0.4  # share of the smaller set of 3-grams from which on a pair counts as rightly found
_BATCH = 256
_NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
_POINTS = "，。！？；：、,.!?;:~… "
_EMOJI = "😡😭😂🙏👍🔥😱💔"
_FREQUENT = "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多"


def _prefixed(text: str, dice: random.Random) -> str:
    return dice.choice(("【转】", "转发微博 ", "//@邻居:", "扩散：", "【转发】", "看看这个 ")) + text


def _linked(text: str, dice: random.Random) -> str:
    return f"{text} http://t.example/{dice.randrange(10**6):x} @热心市民{dice.randrange(1000)}"


def _cut(part: float) -> Edit:
    def edit(text: str, dice: random.Random) -> str:
        kept = max(1, round(len(text) * part))
        start = dice.randint(0, len(text) - kept) if dice.random() < 0.5 else 0
        return text[start : start + kept]

    return edit


def _with_emoji(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 4)):
        place = dice.randint(0, len(text))
        text = text[:place] + dice.choice(_EMOJI) + text[place:]
    return text


def _repointed(text: str, dice: random.Random) -> str:
    return "".join(dice.choice((*_POINTS, "")) if letter in _POINTS else letter for letter in text)


def _misspelt(part: float) -> Edit:
    def edit(text: str, dice: random.Random) -> str:
        return "".join(dice.choice(_FREQUENT) if dice.random() < part else letter for letter in text)

    return edit


def _mixed(text: str, dice: random.Random) -> str:
    for edit in (_cut(0.8), _misspelt(0.03), _with_emoji, _prefixed):
        text = edit(text, dice)
    return text


NINE: Final[Mapping[str, Edit]] = {
    "prefix": _prefixed,
    "link and mention": _linked,
    "cut to 70 %": _cut(0.7),
    "cut to 50 %": _cut(0.5),
    "emoji": _with_emoji,
    "punctuation": _repointed,
    "5 % of characters": _misspelt(0.05),
    "10 % of characters": _misspelt(0.1),
    "several": _mixed,
}


@dataclass(frozen=True)
class Copies:
    """How many copies of each edit were found, of how many; how many finds were right, of how many."""

    by_edit: Mapping[str, float]
    recall: float
    precision: float
    copies: int


def copies_found(texts: Sequence[str], seed: int = 0, group: Group | None = None) -> Copies:
    """Return how well copies are found: every other of *texts* is said, then edited in the nine ways and said again.

    The remaining texts are said as well and should join nothing. A find is right if it is of the original's
    cluster, or if it shares ALIKE of its words with the first of its cluster. Texts below 20 characters are left out.
    *group* is what is judged, ``clusters_of`` if none is given.
    """
    fit = [text for text in dict.fromkeys(texts) if len(text) >= SHORTEST]
    originals, others = fit[::2], fit[1::2]
    dice = random.Random(seed)
    copies = [(name, number, edit(text, dice)) for number, text in enumerate(originals) for name, edit in NINE.items()]
    said = [*originals, *(text for _, _, text in copies), *others]
    found = (group or clusters_of)(said)
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for (name, number, _), cluster in zip(copies, found[len(originals) :], strict=False):
        right[name].append(cluster == found[number])
    return Copies(
        {name: sum(hits) / len(hits) for name, hits in right.items()},
        recall=sum(map(sum, right.values())) / max(1, len(copies)),
        precision=_precision(said, found, [number for _, number, _ in copies], len(originals)),
        copies=len(copies),
    )


def clusters_of(texts: Sequence[str], batch: int = _BATCH) -> list[int]:
    """Return for each text the place of the first one of its cluster; all are said at one time."""
    clusters = Clusters()
    docs = [_doc(str(number), text) for number, text in enumerate(texts)]
    batches = (clusters.assign(docs[start : start + batch]) for start in range(0, len(docs), batch))
    return [int(found.id) for batch in batches for found in batch]


def _precision(said: Sequence[str], found: Sequence[int], originals: Sequence[int], first: int) -> float:
    joined = right = 0
    for place in range(first, len(said)):
        if found[place] == place:
            continue
        joined += 1
        copied = place - first < len(originals) and found[place] == originals[place - first]
        right += copied or _shared(said[place], said[found[place]]) >= ALIKE
    return right / joined if joined else 1.0


def _shared(one: str, other: str) -> float:
    """Return which part of the smaller set of 3-grams both texts have."""
    mine, theirs = ({text[at : at + 3] for at in range(len(text) - 2)} for text in (folded(one), folded(other)))
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _doc(name: str, text: str) -> AnalysedPost:
    return AnalysedPost(
        post=Post(id=name, rev="", source=Source("said"), text=text, published=Published(_NOON), fetched_at=_NOON)
    )
