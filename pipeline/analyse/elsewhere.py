"""What a name of another territory does to the names of ours near it: takes them along, or only passes by."""

from __future__ import annotations

import re
from collections.abc import Collection

_REACH = 12  # characters within which another territory takes along a street, whose name may stand in several
_BETWEEN = re.compile(
    "(?:的|这边的?|那边的?|那里的?|里的|内的?|境内的?|也?有(?:个|条)|也有|[\u4e00-\u9fff]{1,4}(?:自治县|[区县镇乡市])的?)?"
)
_OURS_AFTER = re.compile("我们?|咱们?|本|回来|[来去到离往]|路过|经过|[。!?;\n]")
_FROM = ("从", "自", "由", "往", "向", "离", "比", "跟", "和", "像", "学", "不如", "隔壁", "听", "听说", "来自", "除了")
_PASSES = re.compile(
    "(?:的|那边的?)?(?:来的?|开来|过来|运来|籍|牌照|牌|号牌|方向|司机|老乡|游客|朋友|亲戚|货车|大巴|卡车|客车|车|老板|同学|客户|企业|公司|人(?!民)|都)"
)
_ABOVE = re.compile("([\u4e00-\u9fff]{2})[市县区旗](的?)$")
# 小区, 全市, 开发区, 我们县: no names of a territory, whatever stands before them.
_NO_LAST = frozenset(
    "小社城市地片辖校景园库矿厂郊灾疫宅活发新老牧特营军战能民业行心务治假范护困户整大农超门夜菜股县区省"
)
_NO_NAME = frozenset("我你他她它们本各全该这那个都在的了到和与及去来从对把被给住邻别由说是有")
_LONGEST_ABOVE = 4


def passing(squeezed: str, start: int, end: int) -> bool:
    """Say whether the territory named from *start* to *end* is only where someone comes from, goes to or is compared with."""
    return bool(_PASSES.match(squeezed, end)) or squeezed.endswith(_FROM, max(0, start - 3), start)


def reaches(squeezed: str, start: int, end: int, ours: int, *, loose: bool) -> bool:
    """Say whether the territory named from *start* to *end* takes along the name of ours that begins at *ours*.

    It does if nothing or another level of address stands between; a *loose* name (a street alone) also from a little
    further away.
    """
    if not end <= ours <= end + _REACH:
        return False
    gap = squeezed[end:ours]
    if _BETWEEN.fullmatch(gap):
        return True
    return loose and not passing(squeezed, start, end) and not _OURS_AFTER.search(gap)


def foreign(squeezed: str, ours: int, known: Collection[int]) -> bool:
    """Say whether right before *ours* stands a city, county or district that is none of ours: 新安市湖东街道.

    *known* is where other names of the directory end.
    """
    found = _ABOVE.search(squeezed, max(0, ours - _LONGEST_ABOVE), ours)
    if not found or ours - len(found[2]) in known:
        return False
    return found[1][1] not in _NO_LAST and _NO_NAME.isdisjoint(found[1])
