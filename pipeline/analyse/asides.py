"""Finds clauses, and those in which something is said aside: courtesy, thanks, what is thought of offices, petitions, belief.

``_asides.c`` does the same many times as fast.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Protocol

from pipeline.text.automaton import Automaton, automaton

Span = tuple[int, int]

# No clause with one of these says what happens, unless a word of danger, of a matter or of its end stands in it.
ASIDES: Final = (
    "领导 政府 当官 官员 贪官 好官 昏官 官腔 官老爷 父母官 书记 主任 区长 市长 县长 镇长 乡长 村长 局长 处长 "
    "省长 干部 有关部门 相关部门 各部门 街道办 相信组织 领导班子 这届班子 上访 信访 上面告 讨说法 讨个说法 告状 "
    "联名 去市里 去省里 去北京 中央 辛苦 您好 你好 大家好 早上好 晚上好 尊敬 敬礼 拜托 麻烦 打扰 劳驾 不好意思 "
    "冒昧 恳请 望回复 盼复 为盼 不给答复就 没人答复就 请关注 求关注 恳请关注 求转发 求扩散 党员 共产党 民族 回族 "
    "藏族 维吾尔 哈萨克 蒙古族 汉族 满族 壮族 苗族 彝族 穆斯林 清真寺 基督 信主 信教 教徒 真主 "
    "扎西 色俩目 多斯提 为人民 人民公仆 不作为 懒政 庸政 纳税人 公仆 老百姓 平头百姓 人大代表 退伍军人 作为记者 "
    "管事的 一把手 锦旗 巡视组 上级部门 敬爱 有劳 作风 百忙 气死我 老师好 主保佑 不容易 头头 吃皇粮 衙门 请愿 大佬 各位 感激 感恩 心寒 寒心 高抬贵手 佛 藏民 回民 换届 市委 区委 县委 省委 党委 党和 妈的 他妈 他奶奶的 真服了 也是服了 真是服了 真是醉了 也是醉了 无语死 呵呵"
).split()
NOT_BEHIND: Final = {"主任": "班", "佛": "仿"}  # 班主任 teaches, and 仿佛 is as if
THANKS: Final = "谢"
BARE: Final = 4  # letters of thanks that thank nobody in particular; who is thanked tells how it ended
ENDS: Final = ",、。!?;:~…"  # of a clause, and every kind of space
EDGES: Final = ENDS + " \n"


class Asides(Protocol):
    """Finds clauses, and those with something said aside."""

    def clauses(self, normal: str, offsets: Sequence[int], /) -> Sequence[Span]:
        """Return where they stand in the squeezed text, each with what parts it from the one before.

        *offsets* tells where each letter of the squeezed text stands in the *normal* one.
        """

    def parted(self, normal: str, offsets: Sequence[int], /) -> Sequence[Span]:
        """Return where all clauses stand in the squeezed text, without what parts them: the end of a sentence is in none."""


class Plain:
    """Looks at one clause after the other."""

    def __init__(
        self, automaton: Automaton, not_behind: tuple[str, ...], thanks: str, bare: int, ends: str, edges: str
    ) -> None:
        """*not_behind* has for every word the letter behind which it is none, or nothing; no word has one of *ends*."""
        self._automaton = automaton
        self._not_behind = not_behind
        self._thanks, self._bare, self._edges = thanks, bare, edges
        self._clause = re.compile(rf"[{re.escape(ends)}\s]*([^{re.escape(ends)}\s]+)")

    def clauses(self, normal: str, offsets: Sequence[int], /) -> Sequence[Span]:
        spoken = self._spoken(normal)
        if not spoken and self._thanks not in normal:
            return []
        return [
            (bisect_left(offsets, clause.start()), bisect_left(offsets, clause.end()))
            for clause in self._clause.finditer(normal)
            if any_in(spoken, *clause.span()) or self._only_thanks(clause.group())
        ]

    def parted(self, normal: str, offsets: Sequence[int], /) -> Sequence[Span]:
        spans = [clause.span(1) for clause in self._clause.finditer(normal)]
        squeezed = [(bisect_left(offsets, first), bisect_left(offsets, last)) for first, last in spans]
        return [(first, last) for first, last in squeezed if first < last]

    def _spoken(self, normal: str) -> list[int]:
        """Return where words stand that are said aside, in order."""
        return sorted(
            start
            for start, _, number in self._automaton.find(normal)
            if not start or normal[start - 1] != self._not_behind[number]
        )

    def _only_thanks(self, clause: str) -> bool:
        return self._thanks in clause and len(clause.lstrip(self._edges)) <= self._bare


try:
    from pipeline.analyse._asides import Asides as _Compiled
except ImportError:  # no compiler where this was installed
    _Compiled = Plain  # type: ignore[assignment,misc]


asides: Final[Asides] = _Compiled(
    automaton(ASIDES), tuple([NOT_BEHIND.get(word, "") for word in ASIDES]), THANKS, BARE, ENDS, EDGES
)


def any_in(places: Sequence[int], first: int, last: int) -> bool:
    """Say whether one of some *places* in order lies between two others."""
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last
