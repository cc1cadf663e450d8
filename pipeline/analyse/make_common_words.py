"""Make ``common_words.txt``: two-character words that stand in many texts, so that no place may be called by one alone.

``python -m pipeline.analyse.make_common_words FILES`` with JSONL(.gz) files that have a ``text`` a line.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from pipeline.analyse.names import COMMON_WORDS
from pipeline.text.segment import segmenter

_PAIR = re.compile("[\u4e00-\u9fff]{2}")
_TEXTS, _ENOUGH, _A_LINE = 6001, 5, 40  # read of each file; to stand in; words a line


def common(texts: Iterable[str], cut: Callable[[str], list[str]], enough: int = _ENOUGH) -> list[str]:
    """Return the words of two characters that stand in at least *enough* of *texts*, sorted."""
    counts = Counter(word for text in texts for word in set(cut(text)) if _PAIR.fullmatch(word))
    return sorted(word for word, count in counts.items() if count >= enough)


def _texts(files: Sequence[Path]) -> Iterator[str]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in islice(lines, _TEXTS))


def _main(files: Sequence[Path]) -> None:
    words = common(_texts(files), segmenter().cut_for_search)
    lines = ["".join(words[at : at + _A_LINE]) for at in range(0, len(words), _A_LINE)]
    COMMON_WORDS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main([Path(file) for file in sys.argv[1:]])
