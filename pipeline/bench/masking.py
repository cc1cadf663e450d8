"""The contest over masking: numbers, places and names, here by one look at a batch, there by nine expressions and a tagger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from pipeline.bench import invented, usual
from pipeline.bench.contest import Job, Pair
from pipeline.directory import Directory
from pipeline.privacy import Masker
from pipeline.privacy.proof import proof

POSTS = 2_048  # a round
BATCH = 256
FEW = 128  # a round for the other side
EVERY = 20  # one post in so many holds a number of a person


def masked_rows(data: Path, progress: Callable[[str], None]) -> dict[str, float]:
    """Return recall and precision of masking over invented texts; no set in *data* is needed."""
    progress("privacy")
    return dict(proof(Masker(Directory.read())))


class Masking(Pair):
    """Personal data of every class, names among them, against nine times ``re.sub`` and jieba's tagger."""

    name: ClassVar[str] = "privacy"
    against: ClassVar[str] = "re.sub ×9 + jieba.posseg"

    def __init__(self) -> None:
        self._known = invented.names(2_000)
        self._masker = Masker(Directory.read())
        self.ours(-1).work()
        self.theirs(-1).work()

    def ours(self, round: int) -> Job:
        posts = [("", text) for text in self._texts(round)]
        return Job(
            lambda: [self._masker.mask_batch(posts[n : n + BATCH]) for n in range(0, len(posts), BATCH)],
            float(sum(len(text) for _, text in posts)),
        )

    def theirs(self, round: int) -> Job:
        texts = self._texts(round)[:FEW]
        return Job(lambda: [usual.nameless(text) for text in texts], float(sum(map(len, texts))))

    def _texts(self, round: int) -> list[str]:
        texts = [post.text for post in invented.posts(POSTS, round + 100, self._known)]
        texts[::EVERY] = [f"{text}电话13800138000" for text in texts[::EVERY]]
        return texts
