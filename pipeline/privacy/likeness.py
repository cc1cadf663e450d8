"""How like part of a name each character is, and which words are none: figures counted beforehand, and what they say."""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.privacy.surnames import AMBIGUOUS, SURNAMES
from pipeline.privacy.titles import ADDRESS, KIN, OFFICE

Odds = NDArray[np.int32]  # ten times the logarithm
Codes = NDArray[np.uint64]

_HERE: Final = Path(__file__).parent
COMMON: Final = _HERE / "common.npy"
CODES: Final = 0x10000  # rarer characters are no part of a bare name
NEVER: Final = -300
_NO_FAMILY: Final = AMBIGUOUS - frozenset("于") | frozenset("商费揭盖束幸展宣敬车")
_NO_GIVEN: Final = frozenset(
    "您我你他她它们的了着过姓氏卡茶某欠骗偷借拿带讲告骂殴涉违拒吗呢吧啊呀哦是很这那么个谁也就都又还没不被把给让对在说到去等及或与及所其且并而将要能会想做请叫收打找问站路街镇村巷县区市乡楼层号室户校院店厂馆社岸桥洞组队班年日时分秒元万千百"
)
_PLACE_LAST: Final = frozenset(
    "苑府里园城湾湖河岭坊庄寨寺坪坎塘洲岛港阁宫庙汇坡峡道口冲溪井屯垸垭沟桥郡座铺墩圩峪崖谷台埠汀邸厦塔殿堂郡庭"
)
_PERHAPS_PLACE: Final = frozenset("山海林江轩泉峰川栋")
_PLACE_NEXT: Final = frozenset("路街镇村巷县区市乡湾洲苑府厂店馆社院园楼栋城桥庄湖寺寨坊岭塘里坝庙宫港站矿厦郡")
_PLACE_LEVEL: Final = 12
_PLACES: Final = (
    "小区 大道 广场 花园 社区 大厦 酒店 公司 医院 学校 小学 中学 大学 集团 物业 国际 电厂 大桥 公园 家园 新村 新城 中路 东路 西路 南路 北路 商场 超市 市场 水库 地块 项目 名城 名都 名苑 华府 豪庭 公馆 公寓 宾馆 饭店 餐厅"
    " 机场 车站 故居 墓地 陵园 煤矿 水泥 建材 建设 置业 地产 科技 实业 商贸 电子 烧烤 火锅 面馆 幼儿 托管 职业 高速 隧道 半岛 温泉 花苑 星城 庄园 世家 工业 广告 传媒 教育 培训 品牌 牌子"
).split()
_LEFT: Final = dict.fromkeys("和与跟、找被向叫给让请问由说同替帮听骂", 12) | {"是": 6, "对": 6, "到": 4, "系": 8}
_RIGHT: Final = (
    dict.fromkeys("说讲称和与跟、等", 14)
    | dict.fromkeys("在被把将也就都来去到告打欠是的了给让向对收骂带拿要不没又叫想找问从因先昨今已", 8)
    | dict.fromkeys("家:(", 8)
)
_NOT_LAST: Final = -5  # odds under which a character does not end a given name
_NOT_LAST_OF_ALL: Final = -45
_TWO: Final = 15  # most given names are of two characters
_UNSEEN: Final = -5  # of a character that no word has: only names do
_EDGE: Final = 8  # beside a character that is no ideograph
_USUAL: Final = "王李张刘陈杨赵周吴徐孙胡朱郭何罗梁宋郑韩唐冯董程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛余潘杜戴汪姜范姚谭廖邹陆郝崔邱秦侯邵孟段钟龚贺尹黎"
_TITLE_LEVEL: Final = 100


class Known(NamedTuple):
    """Words of one length as sorted numbers, and a value for each."""

    keys: Codes
    values: Odds

    def of(self, asked: Codes) -> Odds:
        place = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        return np.where(self.keys[place] == asked, self.values[place], 0)


class Tables(NamedTuple):
    family: Odds
    first: Odds
    last: Odds
    only: Odds
    usual: NDArray[np.bool_]
    left: Odds
    right: Odds
    chosen: Known
    pairs: Known
    threes: Known


def odds(family: str, given: str) -> int:
    """Return how likely these are the names of a person by their characters alone; below 0 rather not."""
    known = tables()
    if len(family) > 1:
        total = 60
    else:
        total = int(known.family[_code(family)])
    if len(given) == 1:
        return total + int(known.only[_code(given)])
    return total + int(known.first[_code(given[0])] + known.last[_code(given[1])] + chosen().get(given, 0))


def longer(two: str, after: str) -> bool:
    """Say whether rather both characters of *two* are a given name than the first alone, with *after* behind them."""
    known = tables()
    last = int(known.last[_code(two[1])]) + chosen().get(two, 0)
    cut = max(common().get(two[1] + after[:1], 0), common().get(two[1] + after[:2], 0))
    if not cut:
        dangling = not ("\u3400" <= after[:1] <= "\u9fff")  # it would stand alone behind the name
        return last > (_NOT_LAST_OF_ALL if dangling else _NOT_LAST)
    both = int(known.first[_code(two[0])]) + last
    return both + _TWO > int(known.only[_code(two[0])]) + 6 * cut


@functools.cache
def chosen() -> dict[str, int]:
    """Return given names of two characters, and how much it speaks for a name that they are."""
    titles = {*OFFICE, *ADDRESS, *KIN}
    return {given: 20 + int(odds) for given, odds in _rows("chosen.txt") if given not in titles}


class Common:
    """Words of two and three characters that are no names, and how common each is.

    Sorted numbers: a dictionary of so many words takes thirty times the memory.
    """

    def __init__(self, rows: NDArray[np.void]) -> None:
        keys, levels = np.ascontiguousarray(rows["key"]), rows["level"].astype(np.int32)
        here = int(np.searchsorted(keys, np.uint64(1 << 32)))  # a word of three characters is a greater number
        self.pairs, self.threes = Known(keys[:here], levels[:here]), Known(keys[here:], levels[here:])
        self._keys, self._levels = array("Q", keys.tobytes()), array("i", levels.tobytes())

    def get(self, word: str, otherwise: int = 0) -> int:
        key = _key(word)
        place = bisect_left(self._keys, key)
        return self._levels[place] if place < len(self._keys) and self._keys[place] == key else otherwise

    def __contains__(self, word: str) -> bool:
        return 1 < len(word) < 4 and self.get(word) > 0


@functools.cache
def common() -> Common:
    """Return words that are no names, and how common they are."""
    return Common(np.load(COMMON, mmap_mode="r"))


def with_titles(words: Mapping[str, int]) -> dict[str, int]:
    """Return *words* and what else is no name: titles, and what places are called."""
    titles = dict.fromkeys((title for title in (*OFFICE, *ADDRESS, *KIN) if len(title) == 2), _TITLE_LEVEL)
    return {**words, **titles, **dict.fromkeys(_PLACES, _PLACE_LEVEL)}


def as_rows(words: Mapping[str, int]) -> NDArray[np.void]:
    """Return words of two and three characters as ``Common`` reads them."""
    kept = ((_key(word), level) for word, level in words.items() if 1 < len(word) < 4 and max(word) < "\uffff")
    return np.array(sorted(kept), dtype=[("key", "<u8"), ("level", "<i2")])


@functools.cache
def tables() -> Tables:
    rows = _rows("likeness.txt")
    family, first, last, only = (_table({row[0]: int(row[place]) for row in rows}, NEVER) for place in (1, 2, 3, 4))
    for table in (first, last, only):
        unseen = np.setdiff1d(np.arange(0x3400, 0xA000), [ord(row[0]) for row in rows])
        table[unseen] = _UNSEEN
    for one in _NO_FAMILY:
        family[ord(one)] = NEVER
    for table in (first, last, only):
        table[[ord(one) for one in _NO_GIVEN]] = NEVER
    family[[code for code in range(CODES) if chr(code) not in SURNAMES]] = NEVER
    last[[ord(one) for one in _PLACE_LAST]] -= 70
    last[[ord(one) for one in _PERHAPS_PLACE]] -= 8
    first[ord("家")] -= 25  # 李家庄; 家豪 is chosen often enough
    last[ord("家")] -= 30
    last[ord("占")] = NEVER  # 杜勇占道
    only[[ord(one) for one in _PLACE_LAST | _PERHAPS_PLACE]] -= 40
    usual = _table(dict.fromkeys(_USUAL, 1), 0) > 0
    left, right = _table(_LEFT, 0), _table(_RIGHT | dict.fromkeys(_PLACE_NEXT, -30), 0)
    for table in (left, right):
        table[np.r_[0:0x3007, 0xA000:CODES]] = np.maximum(table[np.r_[0:0x3007, 0xA000:CODES]], _EDGE)
    return Tables(
        family, first, last, only, usual, left, right, _known(chosen()), common().pairs, common().threes
    )  # fmt: skip


def _rows(name: str) -> list[list[str]]:
    return [line.split(" ") for line in (_HERE / name).read_text(encoding="utf-8").splitlines()]


def _code(one: str) -> int:
    return min(ord(one), CODES - 1)


def _table(values: Mapping[str, int], otherwise: int) -> Odds:
    table = np.full(CODES, otherwise, dtype=np.int32)
    for one, value in values.items():
        table[_code(one)] = value
    return table


def _known(values: Mapping[str, int]) -> Known:
    rows = sorted((_key(word), value) for word, value in values.items())
    return Known(np.array([key for key, _ in rows], np.uint64), np.array([value for _, value in rows], np.int32))


def _key(word: str) -> int:
    key = 0
    for one in word:
        key = key << 16 | ord(one)
    return key
