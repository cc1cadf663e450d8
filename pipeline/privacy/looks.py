"""What a text must contain for a recogniser to look at it, in expressions that do not look round themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

import re2

from pipeline.privacy.names import TITLES, names, records
from pipeline.privacy.numbers import GAPS, numbers
from pipeline.privacy.patterns import (
    PROVINCES,
    addresses,
    any_of,
    devices,
    documents,
    doors,
    handles,
    plates,
    school_classes,
)
from pipeline.privacy.peoples import TRIGGER, other_names
from pipeline.privacy.shadow import INVISIBLE, NUMERALS
from pipeline.privacy.span import Span

Find: TypeAlias = Callable[[str], Iterator[Span]]


def nothing(_: str) -> Iterator[Span]:
    return iter(())


class Look(NamedTuple):
    """An expression without which a recogniser never looks at a text. Loose on purpose: the recogniser decides.

    One that finds nothing tells something of the text itself. A plain one is known to be there by the first glance.
    """

    trigger: str
    find: Find = nothing
    plain: bool = False


_D = f"[0-9{NUMERALS}]"
_GAP = rf"(?:{GAPS}|\n)"
_CHILD: Final = Look("岁|小学|中学|幼儿园|托班|学校|[一二三四五六七八九十0-9][小中]|初[一二三中]|高[一二三中]")
_MASKED: Final = Look(r"\[", plain=True)  # a placeholder from before
_UNSEEN: Final = Look(INVISIBLE, plain=True)
LOOKS: Final = (
    Look(
        rf"{_D}{{5}}|{_D}{{3}}{_GAP}|{_D}{_GAP}{_D}{_GAP}{_D}|{_D}{_GAP}{_D}{{2}}{_GAP}{_D}|[1li][3-9][0-9oli]{{5}}",
        numbers,
    ),
    Look(
        rf"[{PROVINCES}][ ·•・.\-]?[a-hj-np-z][ ·•・.\-]{{0,2}}[0-9a-z]{{4}}|使[ ·•・.\-]?[0-9]{{3}}|[0-9]{{6}}使|wj",
        plates,
    ),
    Look(r"@|[(\[【]at[)\]】]|(?: at | ?# ?)[a-z0-9\-]+(?:\.| ?[(\[]dot| dot )", addresses),
    Look(
        r"(?:信|[vw]x|q ?q|[vq]|[号群音手书钉博扣鹅❤宝陌乎旺]|id|chat|weixin)[^0-9a-z]{0,5}[0-9a-z] ?[0-9a-z]",
        handles,
    ),
    Look("护照|行证|回乡证|台胞证|港澳证|居留证", documents, plain=True),
    Look(
        r"[0-9]\.[0-9]+\.[0-9]|[0-9]\.[0-9]{4}|[0-9a-f]{2,4}[:\-][0-9a-f]{2,4}[:\-]|东经|北纬|经度|纬度|imei",
        devices,
    ),
    Look(
        "单元|[0-9一二三四五六七八九]{2} ?(?:室|号房)|(?:[楼栋幢座]|[0-9]#)[ -]?(?:[0-9]{1,2}-)?[0-9零〇一二三四五六七八九]{3}|[0-9]-[0-9]{1,2}-[0-9]{3}|门[0-9]{3}",
        doors,
    ),
    Look("班", school_classes, plain=True),
    Look("|".join(TITLES), names, plain=True),
    Look(TRIGGER, other_names),
    Look("[男女][,。 0-9)/]|身份证|手机|电话|联系方式|[一-鿿][ ,:(/]{0,2}1[3-9][0-9]{9}", records),
    _CHILD,
    _MASKED,
    _UNSEEN,
)
# A set of them is a number with a bit for each.
CHILD, MASKED, UNSEEN = (1 << LOOKS.index(look) for look in (_CHILD, _MASKED, _UNSEEN))
FINDING: Final = sum(1 << at for at, look in enumerate(LOOKS) if look.find is not nothing)
TELLING: Final = CHILD | MASKED  # they say something of a text in which nothing is to be masked
# Each a set of its own: to ask whether one expression is in a text, a set is five times as fast as the expression.
_TRIGGERS: Final = tuple(None if look.plain else any_of([look.trigger]) for look in LOOKS)


def awake(text: str, perhaps: int) -> list[Look]:
    """Return those that *text* wakes, of a set of those that it may wake."""
    return [look for look, trigger in _set(perhaps) if trigger is None or trigger.Match(text)]


@functools.lru_cache(maxsize=1 << 10)
def _set(looks: int) -> tuple[tuple[Look, re2.Set | None], ...]:
    rows = enumerate(zip(LOOKS, _TRIGGERS, strict=True))
    return tuple(row for at, row in rows if looks >> at & 1)
