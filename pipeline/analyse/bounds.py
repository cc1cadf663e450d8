"""Where a name ends: 湖东 in 湖东县 is another county, 三小 in 三小时 is no school, 锦湖里 in 锦湖，里面 no name."""

from __future__ import annotations

import re

from pipeline.analyse.cues import Reading
from pipeline.analyse.names import Sure

_DIGITS = frozenset("0123456789〇零一二三四五六七八九十百")
_ENDED = re.compile(
    "(?:街道|办事处|街道办|街办|镇|乡|村|路|街|道|巷|区|县|市|小区|社区|花园|家园|公寓|苑|里|小学|中学|学校|大学|幼儿园|医院|"
    "广场|公园|市场|商场|大厅|中心|工地|项目|现场|站|桥|厂|期)$"
)
# Right after a bare name these make another name of it; but 市民, 市场, 县里 and 区域 follow any name.
_ANOTHER = re.compile(
    "(?:省(?!里|内|市|级|心)|州(?!里)|市(?!民|场|政|容|级|里|区|委|长|内|面|值|监|局|领|府)|县(?!里|域|城|级|长|委|政|内|局)|"
    "新区|开发区|高新区|区(?!域|间|块|里|别|内|分|政|委|长|领|级|住|教|城|人|水|卫|应|市|交)|"
    "[东西南北中]?路(?!灯|边|面|况|人|障|政|牌|过)|大道|大街|大桥|新村|镇(?!上|里|政|区|长|的|人|还|又|停|没)|乡(?!里|亲|政|下)|村(?!里|民|委|口|长|庄))"
)
_SHORT_ENDS = ("小", "中", "幼", "院")
# 三小时, 三小区, 一中心, 三院子: the last letter begins another word.
_NEXT_WORD = {
    "小": frozenset("时区组队伙孩姐节块类段步型户朋事步只口学"),
    "中": frozenset("午心国队旬间秋介医药年间式等高低文学餐转大小"),
    "幼": frozenset("儿年小童师稚"),
    "院": frozenset("子里落内墙士长校系外门"),
}
_DIRECTIONS = frozenset("东西南北")
# 西湖东路 is a road on the West Lake, no 湖东路.
_WATERS = frozenset("湖江河山海溪塘城关门桥")
_LEVELS = frozenset("区县市")
# 小区医院, 社区医院: no 区医院.
_NOT_A_LEVEL = frozenset("小社城片辖校景园地库厂郊老新东西南北中省市城县")
_CLAUSE_ENDS = frozenset(",、:，：")


def is_whole(name: str) -> bool:
    """Say whether *name* tells what kind of place it is, so that nothing behind it can make another name of it."""
    return bool(_ENDED.search(name))


def holds(reading: Reading, start: int, end: int, sure: Sure, *, whole: bool) -> bool:
    """Say whether the Chinese name from *start* to *end* is all of a name (*whole*, see above), and one name."""
    squeezed = reading.squeezed
    before, after = squeezed[start - 1 : start], squeezed[end : end + 1]
    first, last = squeezed[start], squeezed[end - 1]
    if first in _DIGITS and before and (before in _DIGITS or (before == "第" and sure < Sure.SHORT)):
        return False
    if last in _DIGITS and last.isascii() and after.isdecimal():
        return False
    if before in _DIRECTIONS and first in _WATERS:
        return False
    if sure < Sure.SHORT and first in _LEVELS and before in _NOT_A_LEVEL:
        return False
    if last in _SHORT_ENDS and squeezed[end - 2] in _DIGITS and after in _NEXT_WORD[last]:
        return False
    if not whole and _ANOTHER.match(squeezed, end):
        return False
    return _in_one_clause(reading, start, end)


def latin_alone(reading: Reading, start: int, end: int) -> bool:
    """Say whether Latin letters are a word of their own (Jinhuli, not in Jinhulight)."""
    first, last = reading.offsets[start], reading.offsets[end - 1]
    before, after = reading.normal[first - 1 : first] if first else "", reading.normal[last + 1 : last + 2]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _in_one_clause(reading: Reading, start: int, end: int) -> bool:
    """Say whether no comma parts the name in two; a mark between all its letters only hides it."""
    first, last = reading.offsets[start], reading.offsets[end - 1] + 1
    if last - first == end - start:
        return True
    gaps = sum(
        not _CLAUSE_ENDS.isdisjoint(reading.normal[reading.offsets[at] + 1 : reading.offsets[at + 1]])
        for at in range(start, end - 1)
    )
    return gaps in (0, end - start - 1)
