"""Write the words that look like names: ``python -m pipeline.privacy.make_lookalikes``.

高烧, 黄疸, 安全 begin with a surname, 感谢, 班主任, 每周 end with one. They come from jieba's word list.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jieba

from pipeline.privacy.surnames import SURNAMES

LOOKALIKES = Path(__file__).with_name("lookalikes.txt")
_LEAST = 20  # how often a word must have been seen
_NAME = "nr"  # jieba's tag for names of people
_MISTAGGED = frozenset(
    "谢谢 高兴 明白 方便 安全 平安 白天 黄金 何时 马路 马桶 江水 车祸 包裹 雷电 雷雨 高温 高空 高层 安静".split()
)


def lookalikes(lines: Iterator[str]) -> Iterator[str]:
    """Yield the words of *lines* (word, frequency, tag) with a surname at either end that are no names."""
    for line in lines:
        word, frequency, tag = line.split()
        common = 2 <= len(word) <= 3 and int(frequency) >= _LEAST and not tag.startswith(_NAME)
        if common and (word[0] in SURNAMES or word[-1] in SURNAMES):
            yield word


def main() -> None:
    with Path(jieba.__file__).with_name("dict.txt").open(encoding="utf-8") as lines:
        words = sorted(_MISTAGGED.union(lookalikes(lines)))
    LOOKALIKES.write_text("".join(f"{word}\n" for word in words), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
