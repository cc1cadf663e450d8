"""What a model of danger reads of a text: who it befalls, where and how many make no difference, nor does courtesy.

``told`` leaves out clauses that say nothing of the matter: greetings, thanks, what is thought of offices, petitions,
origin and belief. ``alike`` writes one sign for all people, for all vehicles, for all places and for all numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from pipeline.analyse.asides import Span, any_in, asides
from pipeline.analyse.cues import Cue, Reading
from pipeline.text.automaton import automaton
from pipeline.text.beside import beside

_PEOPLE = (
    "小女孩 小男孩 女孩子 男孩子 小姑娘 女孩 男孩 小孩子 小孩 孩子 小朋友 宝宝 婴儿 娃儿 娃娃 娃 幼儿 儿子 女儿 闺女 男童 女童 学生 同学 爷爷 奶奶 "
    "外公 外婆 姥姥 姥爷 阿婆 阿公 阿爷 老太太 老太 老头 老人家 老人 大爷 大妈 大姐 大哥 大叔 阿姨 大娘 婆婆 公公 爸爸 妈妈 老爸 老妈 我爸 我妈 "
    "我爹 我娘 爸 妈 爹 娘 父亲 母亲 老母亲 老父亲 岳父 岳母 老公 老婆 媳妇 丈夫 妻子 哥哥 弟弟 姐姐 妹妹 我哥 我弟 我姐 我妹 二叔 三叔 叔叔 二舅 "
    "舅舅 婶子 姑姑 姨 工友 师傅 司机 工人 男的 女的 男子 女子 小伙子 小伙 姑娘 兄弟 同事 室友 闺蜜 朋友 邻居 乘客 保安 老师 护士 孕妇 产妇 老板 "
    "老汉 老乡 村民 顾客 游客 清洁工 环卫 快递员 外卖员 小哥 有人 一个人 有个"
)
_VEHICLES = (
    "面包车 大货车 小货车 货车 轿车 公交车 公交 大巴 客车 校车 出租车 渣土车 土方车 油罐车 罐车 三轮车 三轮 摩托车 摩托 电动车 电瓶车 卡车 "
    "拖拉机 挖掘机 挖机 网约车 车子 汽车"
)
_PLACES = (
    "小区 楼道 单元 楼顶 楼下 楼上 学校 幼儿园 小学 中学 宿舍 食堂 教室 医院 卫生院 商场 超市 菜市场 市场 工地 车间 厂里 厂子 工厂 化工厂 仓库 "
    "饭店 酒店 宾馆 村里 镇上 村子 路口 马路 街上 公园 广场 车站 地铁站 隔壁 家里 我家 厨房 阳台 卧室 厕所"
)
_WATERS = "江 河 湖 水库 池塘 鱼塘 泳池 水塘 海"
_SIGNS = {
    word: sign
    for sign, words in zip("ABCD", (_PEOPLE, _VEHICLES, _PLACES, _WATERS), strict=True)
    for word in words.split()
}
_DIGITS, _NUMERALS = "0123456789", "一二三四五六七八九十两几百千"
_NUMBER, _NUMBERS, _COUNTS = "N", re.compile(f"[{_DIGITS}]+|[{_NUMERALS}]+"), beside(_DIGITS + _NUMERALS)
# No word that begins with a numeral: the number is read first.
_FOLDED = automaton([word for word in _SIGNS if not _NUMBERS.match(word)])
_SIGN_OF = [sign for word, sign in _SIGNS.items() if not _NUMBERS.match(word)]
_NAMES_A_MATTER = 3.0  # weight of a word of a topic; 社区 and 老人 only say where and who
_HARMS = frozenset("H3 H2 self weak state hazard".split())  # a group only says who


def alike(letters: str) -> str:
    """Return *letters* with one sign for all words that are alike, and nothing said twice in a row."""
    numbers = _NUMBERS.finditer(letters) if _COUNTS.found(letters) else ()  # few letters are a number, and it is slow
    found = {number.start(): (*number.span(), _NUMBER) for number in numbers}
    for start, end, word in _FOLDED.find(letters):  # of those that begin together the longest comes last
        found[start] = (start, end, _SIGN_OF[word])
    return _changed(letters, list(found.values()))


class Told(msgspec.Struct, frozen=True, gc=False):
    """The letters of a text that tell the matter, and where in the squeezed text clauses stand that do not."""

    letters: str
    asides: Sequence[Span]
    changes: Sequence[tuple[int, int, str]] = ()

    def has_one(self, cues: Sequence[Cue]) -> bool:
        """Say whether one of *cues* stands in no aside."""
        return bool(cues) and (not self.asides or any(map(self._has, cues)))

    def of(self, cues: Sequence[Cue]) -> list[Cue]:
        """Return those of *cues* that stand in no aside."""
        return [cue for cue in cues if self._has(cue)]

    def _has(self, cue: Cue) -> bool:
        place = cue.start
        for start, end in self.asides:  # noqa: SIM110 # a generator costs three times as much
            if start <= place < end:
                return False
        return True


def told(reading: Reading) -> Told:
    """Return what *reading* tells, words in disguise as they are meant; worked out once for each reading."""
    kept: dict[str, Told] = vars(reading)
    if "told" not in kept:
        kept["told"] = _told(reading)
    return kept["told"]


def _told(reading: Reading) -> Told:
    clauses = asides.clauses(reading.normal, reading.offsets)
    if not clauses and not reading.otherwise:  # as of most
        return Told(reading.squeezed, clauses)
    aside = _without_a_matter(reading, clauses)
    meant = _meant(reading) if reading.otherwise else []
    if not aside and not meant:
        return Told(reading.squeezed, aside)
    changes = [*((start, end, "") for start, end in aside), *meant]
    return Told(_changed(reading.squeezed, changes), aside, changes)


def told_within(reading: Reading, first: int, last: int) -> Told:
    """Return what *reading* tells from one place of the squeezed text to another."""
    whole = told(reading)
    changes = [
        (max(0, start - first), end - first, word) for start, end, word in whole.changes if start < last and first < end
    ]
    left_out = [(0, first), *whole.asides, (last, len(reading.squeezed))]
    return Told(_changed(reading.squeezed[first:last], changes), left_out)


def _changed(letters: str, changes: list[tuple[int, int, str]]) -> str:
    parts, until = [], 0
    for start, end, word in sorted(changes):
        if start >= until:
            parts += [letters[until:start], word]
            until = end
    return "".join([*parts, letters[until:]])


def _meant(reading: Reading) -> list[tuple[int, int, str]]:
    """Return where a word stands that is written otherwise than in the list, and how it is written there."""
    squeezed = reading.squeezed
    return [
        (cue.start, cue.end, cue.word)
        for cues in reading.under("harm").values()
        for cue in cues
        if not squeezed.startswith(cue.word, cue.start) or cue.end - cue.start != len(cue.word)
        if "~" not in cue.word
    ]


def _without_a_matter(reading: Reading, clauses: Sequence[Span]) -> Sequence[Span]:
    """Return those of the *clauses* with something said aside that say nothing of the matter."""
    starts = _of_the_matter(reading) if clauses else []
    return [span for span in clauses if not any_in(starts, *span)]


def _of_the_matter(reading: Reading) -> list[int]:
    """Return where words stand that name a matter or a harm, in order."""
    harms, topics = reading.under("harm"), reading.under("topics").values()
    starts = [cue.start for kind, cues in harms.items() if kind in _HARMS for cue in cues]
    starts += [cue.start for cues in topics for cue in cues if cue.weight >= _NAMES_A_MATTER]
    starts.sort()
    return starts
