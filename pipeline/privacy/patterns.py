"""Plates, addresses on the network, handles, documents, devices, doors and school classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import re2

from pipeline.privacy.span import Span

_N = "0-9一二三四五六七八九十"
PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"(?<![{PROVINCES}])[{PROVINCES}][ ·•・.\-]?[a-hj-np-z][ ·•・.\-]{{0,2}}"
    r"(?:[df][a-hj-np-z0-9]\d{4}|\d{5}[df]|[a-hj-np-z0-9]{4}[a-hj-np-z0-9挂学警港澳领试超])(?![a-z0-9])"
)
_EMBASSY = re.compile(
    r"(?<![致促迫行即驱诱大])使[ ·•・.\-]?\d{3}[ ·•・.\-]?\d{3}(?![\d%.万亿元人户块名年吨家个多余条次米斤点分])"
    r"|(?<!\d)\d{6}使(?![用得其我他她])"
    rf"|wj[ ·•・.\-]?[{PROVINCES}]?[ ·•・.\-]?\d{{4}}[0-9a-z](?![a-z0-9])"
)
_AT: Final = r"(?: ?@ ?| ?[(\[【]at[)\]】] ?)"
_DOT: Final = r"(?:\.| ?[(\[]dot[)\]] ?| dot )"
_EMAIL = re.compile(
    rf"[a-z0-9._%+\-][a-z0-9._%+\-]*(?:{_AT}[a-z0-9\-]+(?:{_DOT}[a-z0-9\-]+)+"
    rf"|(?: at | ?# ?)(?:[a-z0-9\-]+{_DOT})+(?:com|cn|net|org)(?![a-z0-9]))"
)
_MENTION = re.compile(r"@(?<![a-z0-9].)([\w\-]{2,20})")
_HANDLE = re.compile(
    r"(?:微信|薇信|威信|卫星号|v信|[薇威徽v]❤|(?<![a-z])(?:vx|wx|q ?q|wechat|weixin)|加[vq]|(?<![a-z0-9])[vq](?=[: ])|q群|扣扣|企鹅|抖音|快手|小红书|钉钉|微博|支付宝|陌陌|知乎|旺旺|账号)"
    r"(?:号码?|群|id| id)?(?:同号)?[:是为 ]{0,3}([a-z][a-z0-9_\-]{5,19}|\d{5,12}|\d(?: \d){5,11})(?![a-z0-9_@.])"
)
_DOCUMENT = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|港澳证|居留证)(?:号码?)?[:是为 ]{0,3}([a-z]{1,2}\d{7,10}|\d{8})(?![0-9a-z])"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = re.compile(
    rf"(?<![0-9.v])(?:{_OCTET}\.){{3}}{_OCTET}(?![0-9.])|(?<![0-9a-f])(?<![0-9a-f]:)(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}}"
)
_MAC = re.compile(
    r"(?<![0-9a-f])(?<![0-9a-f][:\-])[0-9a-f]{2}(?:([:\-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}(?![0-9a-f:\-])"
)
_GPS = re.compile(
    r"(?<![0-9.])[0-9]{1,3}\.\d{4,}°?[nsew]?[, ;/]{1,2}(?:东经|北纬)?[0-9]{1,3}\.\d{4,}°?[nsew]?"
    r"|(?:东经|北纬|经度|纬度)[: ]?[0-9]{1,3}(?:\.\d{2,}|°[0-9]{1,2}['′])"
)
_IMEI = re.compile(r"imei[: ]{0,3}(\d{15})(?!\d)")
# The patterns above look round themselves, which costs; these tell in a tenth of the time that nothing is there.
_MAYBE_IP = re2.compile(r"[0-9]\.[0-9]+\.[0-9]+\.[0-9]|(?:[0-9a-f]{1,4}:){7}")
_MAYBE_MAC = re2.compile(r"(?:[0-9a-f]{2}[:\-]){5}")
_MAYBE_GPS = re2.compile(r"[0-9]\.[0-9]{4}|东经|北纬|经度|纬度")
_HAN_ROOM = "[零〇一二三四五六七八九]{3,4}(?![零〇一二三四五六七八九十百千万层楼单户人])"
_SIDE = "[东西南北中左右]{1,2}(?:户|门|边户|侧|手)"
_SUFFIX = "(?:室|号房|号(?!楼)|户(?!人)|房)?"
_FLOOR = rf"[{_N}]{{1,3}} ?[楼层]"
_WITHIN = rf"(?:{_FLOOR}[ \-]?)?(?:{_SIDE}|(?:\d{{1,2}}-\d{{1,2}}(?!\d)|(?:[0-9零〇一二三四五六七八九]{{2,4}}|(?<=[楼层])\d)(?!\d)) ?{_SUFFIX})?"
_UNIT = re.compile(rf"[a-d甲乙丙丁{_N}](?<![第{_N}a-z].)(?:(?<=[{_N}])[{_N}]{{0,2}})? ?单元[ \-]{{0,2}}{_WITHIN}")
_NTH_UNIT = re.compile(rf"第[{_N}]{{1,3}}单元[ \-]?\d{{3,4}}(?:室|号房|号|户|房)?")
NO_ROOM: Final = "户吨人个年月日元块多余米平度天次条辆名位分秒%.万千号"
_NOT_A_ROOM = rf"(?![0-9{NO_ROOM}])(?!家[商企店])"
# Both begin with a plain class of characters: the search then runs from one of these to the next.
_FLAT = re.compile(
    rf"[楼栋幢{_N}a-z](?:(?<=[楼栋幢])|(?<=[{_N}a-z])座|(?<=[0-9])#楼?)([ \-]?(?:\d{{1,2}}-)?(?:\d{{3,4}}(?:室|房|号房|{_NOT_A_ROOM})|{_HAN_ROOM}(?:室|号房|房)?))"
)
_ROOM = re.compile(
    r"([\d一二三四五六七八九](?:(?<=\d)(?<![0-9].)\d{2,3} ?(?:室|号房)(?!内|外|间|温)"
    r"|(?<!\d)(?<![零〇一二三四五六七八九].)[零〇一二三四五六七八九]{2}室(?!内|外)|(?<=\d门\d)\d{2,3}(?:室|号)?(?!\d)))"
)
_TRIPLE = re.compile(r"[一-鿿] ?\d{1,2}(-\d{1,2}-(?!19[2-9]\d|20[12]\d)\d{3,4})(?!\d|-)")
# What a text must contain for each of them, without looking round; which group is the door.
_DOORS: Final = (
    (rf"[{_N}] ?单元", _NTH_UNIT, 0),
    (rf"[{_N}a-d甲乙丙丁] ?单元", _UNIT, 0),
    (r"(?:[楼栋幢座]|#楼?)[ \-]?(?:\p{Nd}{1,2}-)?(?:\p{Nd}{3}|[零〇一二三四五六七八九]{3})", _FLAT, 1),
    (r"室|号房|\p{Nd}门\p{Nd}{3}", _ROOM, 1),
    (r"\p{Nd}-\p{Nd}{1,2}-\p{Nd}{3}", _TRIPLE, 1),
)
_CLASS = re.compile(
    rf"(?:(?:[初高小大中][{_N}]{{1,2}}|[{_N}]{{1,2}}年级?)\(?[{_N}]{{1,2}}\)?|(?<=[小学园])[{_N}]{{1,2}}|[大中小][{_N}])班(?![车次组倒人])"
)
_MAYBE_CLASS = re.compile(rf"[{_N})]班")


def any_of(patterns: Iterable[str]) -> re2.Set:
    """Return *patterns* in one automaton: it tells in one pass which of them are worth a search."""
    found = re2.Set.SearchSet()
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


_MAYBE_DOORS: Final = any_of(maybe for maybe, _, _ in _DOORS)


def plates(text: str) -> Iterator[Span]:
    """Yield the plates of cars, of the armed police and of embassies."""
    for pattern in (_PLATE, _EMBASSY):
        for found in pattern.finditer(text):
            yield Span(*found.span(), "PLATE")


def addresses(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, and what follows @ or the name of a network."""
    for found in _EMAIL.finditer(text):
        yield Span(*found.span(), "EMAIL")
    for found in _MENTION.finditer(text):
        yield Span(*found.span(), "HANDLE")


def handles(text: str) -> Iterator[Span]:
    return (Span(*found.span(1), "HANDLE") for found in _HANDLE.finditer(text))


def documents(text: str) -> Iterator[Span]:
    return (Span(*found.span(1), "PASSPORT") for found in _DOCUMENT.finditer(text))


def devices(text: str) -> Iterator[Span]:
    """Yield network addresses, coordinates and device numbers."""
    for found in _IP.finditer(text) if _MAYBE_IP.search(text) else ():
        if len(found.group()) > len("1.2.3.4"):  # 1.2.3.4 is a list of things
            yield Span(*found.span(), "DEVICE")
    for maybe, pattern in ((_MAYBE_MAC, _MAC), (_MAYBE_GPS, _GPS)):
        for found in pattern.finditer(text) if maybe.search(text) else ():
            yield Span(*found.span(), "DEVICE")
    for found in _IMEI.finditer(text):
        yield Span(*found.span(1), "DEVICE")


def doors(text: str) -> Iterator[Span]:
    """Yield unit and room; road, estate and building stay, because help must find the place."""
    for door in sorted(_MAYBE_DOORS.Match(text) or ()):
        _, pattern, group = _DOORS[door]
        for found in pattern.finditer(text):
            yield Span(*found.span(group), "ADDRESS_DOOR")


def school_classes(text: str) -> Iterator[Span]:
    if _MAYBE_CLASS.search(text):  # 上班, 班车
        for found in _CLASS.finditer(text):
            yield Span(*found.span(), "SCHOOL_CLASS")
