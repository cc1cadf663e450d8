"""Tells in one pass which recognisers may find something in a text: most texts have nothing for most of them.

``Glance`` goes by the triggers alone. ``_glance.c`` is many times as fast and looks closer: at what must stand beside a
word or a letter if there is to be something to find.
"""

from __future__ import annotations

import functools
import re
from itertools import product
from string import ascii_lowercase, digits
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.privacy.looks import LOOKS
from pipeline.privacy.names import NO_GIVEN, NOT_BETWEEN, TITLES
from pipeline.privacy.numbers import GAPS
from pipeline.privacy.patterns import NO_ROOM, PROVINCES, any_of
from pipeline.privacy.peoples import BESIDE_A_DOT, CALLED, WORDS
from pipeline.privacy.shadow import INVISIBLE, NUMERALS
from pipeline.privacy.surnames import AMBIGUOUS, COMPOUND, SURNAMES
from pipeline.privacy.titles import ADDRESS, BEFORE_ONLY, OFFICE
from pipeline.text.automaton import automaton

Bits: TypeAlias = NDArray[np.uint32]

_CODE_POINTS: Final = 0x110000
_ASCII: Final = "".join(map(chr, range(0x80)))
_DOTS: Final = "·•・‧∙"
_BUILDINGS: Final = "楼栋幢座#"
_WHOSE: Final = "我 我家 我的 我家的 俺 俺家 俺的 俺家的 邻居 邻居家 邻居的 邻居家的".split()
_CHILDREN: Final = "孩子 儿子 女儿 小孩 娃".split()
_NETWORKS: Final = (
    "微信 薇信 威信 卫星号 v信 薇❤ 威❤ 徽❤ v❤ vx wx qq wechat weixin 加v 加q v: q: q群 扣扣 企鹅 抖音 快手 小红书 钉钉 微博 支付宝"
    " 陌陌 知乎 旺旺 账号".split()
)


class Glance:
    """Tells by the triggers alone."""

    def __init__(self) -> None:
        self._triggers = any_of(look.trigger for look in LOOKS)

    def over(self, texts: list[str], /) -> list[int]:
        """Return for each of *texts* a set of looks; no other one finds anything."""
        return [sum([1 << at for at in self._triggers.Match(text) or ()]) for text in texts]


@functools.cache
def glance() -> Glance:
    """Return the fastest there is, for all to share."""
    return Glance() if _Compiled is None else _Compiled(*arguments())


def arguments() -> tuple[Any, Bits, Bits]:
    """Return what the compiled one is made of: what finds words, and what each letter and each word may be."""
    letters = np.zeros(_CODE_POINTS, np.uint32)
    for bit, kind in enumerate(_letters()):
        letters[[ord(one) for one in kind]] |= np.uint32(1 << bit)
    words: dict[str, int] = {}
    for bit, some in enumerate(_words()):
        words |= {word: words.get(word, 0) | 1 << bit for word in some}
    return automaton(list(words)), letters, np.array(list(words.values()), np.uint32)


def _letters() -> list[str]:
    """Return the letters of each kind, in the order of the bits."""
    number, gaps, invisible = _members(r"\d", GAPS, INVISIBLE)
    compounds = {place: "".join(family[place] for family in COMPOUND) for place in (0, 1)}
    return [
        "[@#.-:1使门班岁老小男女" + PROVINCES + _BUILDINGS + _DOTS + invisible,  # at which to look round
        number + NUMERALS,
        "x×✕",  # the last of an identity number
        gaps + "\n",
        digits,
        ascii_lowercase,
        "".join(SURNAMES) + compounds[0],
        "".join(SURNAMES - AMBIGUOUS) + "于" + compounds[1],  # before a form of address
        "".join({*_ASCII, *NO_GIVEN} - {*"x*", *compounds[1]}),
        _ASCII + "".join(NOT_BETWEEN),
        "".join(map(chr, range(0x3400, 0xA000))),  # the characters that records know
        BESIDE_A_DOT,
        CALLED,
        " ·•・.-",  # in a plate
        digits + "一二三四五六七八九十两abcd甲乙丙丁)",  # before 单元, 班 or 岁
        digits + NO_ROOM,
        " ,:(/",  # between a name on a form and what the form asks for
        ",。 )/" + number,  # behind a sex
        "是叫为和与",  # before a name on a form
        "是为叫",  # between a word for oneself and a name
        "号码群id 同:是为",  # between a network and an account
        PROVINCES,
        _BUILDINGS,
        _DOTS,
        invisible,
    ]


def _words() -> list[list[str]]:
    """Return the words of each kind, in the order of the bits."""
    return [
        list(TITLES),
        [title for title in (*OFFICE, *ADDRESS) if title in ADDRESS or title not in BEFORE_ONLY],
        [*_NETWORKS, "q q", "v ", "q "],
        "护照 行证 回乡证 台胞证 港澳证 居留证".split(),
        "东经 北纬 经度 纬度 imei".split(),
        list(WORDS),
        "身份证 手机 电话 联系方式".split(),
        ["".join(words) for words in product(_WHOSE, _CHILDREN)],
        "电话 座机 固话 tel 致电 拨打".split(),
        ["单元"],
        ["室", "号房"],
        [" at ", "(at", "[at", "【at"],
        ["wj"],
    ]


def _members(*classes: str) -> list[str]:
    """Return the characters of each of some classes as expressions have them."""
    every = np.arange(_CODE_POINTS, dtype=np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    some = "".join(re.findall("|".join(classes), every))
    return ["".join(re.findall(one, some)) for one in classes]


try:
    from pipeline.privacy._glance import Glance as _Compiled
except ImportError:  # no compiler where this was installed
    _Compiled = None  # type: ignore[assignment,misc]
