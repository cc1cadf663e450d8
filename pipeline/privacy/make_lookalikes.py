"""Write the words that look like names: ``python -m pipeline.privacy.make_lookalikes``.

高烧, 黄疸, 安全 begin with a surname, 感谢, 班主任, 每周 end with one. 照顾, 关于, 反映 follow a name and are no
part of one. They come from jieba's word list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import jieba

from pipeline.privacy.surnames import SURNAMES

LOOKALIKES = Path(__file__).with_name("lookalikes.txt")
NOT_GIVEN = Path(__file__).with_name("not_given.txt")
_LEAST = 20  # how often a word must have been seen
_LEAST_NOT_GIVEN = 100
_DOINGS = frozenset("v vd vn d p c r m q f t u ad".split())  # tags of words that say what is done, when and how
# Names that parents choose although they are verbs.
_CHOSEN = frozenset(
    "建设 建立 胜利 解放 振兴 爱国 立功 得胜 团结 进步 前进 保卫 援朝 卫国 和平 建国 建军 向阳 向东 光明 文明 立新 学习 跃进 超英 成功 自强 自立 平安 卫平"
    " 永远 永久 新建 成立 开明 开化 明亮 显明 长青 长久 兴盛 兴旺 繁荣 鸣放 红艳 立志 立国 继续 继承 来福 传承 志愿 志向 志在 保国 丰收 安定 安康 永生 新生 养生 卫生 重阳".split()
)
_NAME = "nr"  # jieba's tag for names of people
_MISTAGGED = frozenset(
    "谢谢 高兴 明白 方便 安全 平安 白天 黄金 何时 马路 马桶 江水 车祸 包裹 雷电 雷雨 高温 高空 高层 安静 汤圆 康师傅 祝福 宁静 孙子 文明 文化 文旅 石桥 石头".split()
)


def lookalikes(lines: Iterable[str]) -> Iterator[str]:
    """Yield the words of *lines* (word, frequency, tag) with a surname at either end that are no names."""
    for line in lines:
        word, frequency, tag = line.split()
        common = 2 <= len(word) <= 3 and int(frequency) >= _LEAST and not tag.startswith(_NAME)
        if common and (word[0] in SURNAMES or word[-1] in SURNAMES):
            yield word


def not_given(lines: Iterable[str]) -> Iterator[str]:
    """Yield the words of *lines* of two characters that are no given name, though they may follow a surname."""
    for line in lines:
        word, frequency, tag = line.split()
        if len(word) == 2 and int(frequency) >= _LEAST_NOT_GIVEN and tag in _DOINGS and word not in _CHOSEN:
            yield word


def main() -> None:
    lines = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    _write(LOOKALIKES, _MISTAGGED.union(lookalikes(lines)))
    _write(NOT_GIVEN, not_given(lines))


def _write(file: Path, words: Iterable[str]) -> None:
    file.write_text("".join(f"{word}\n" for word in sorted(words)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
