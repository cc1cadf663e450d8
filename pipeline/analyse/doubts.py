"""What takes a word of danger back: it is denied, only feared, a drill, a story, long past, over, or no more than a sigh."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from pipeline.analyse.cues import Cue, Reading

_ENOUGH = 8  # marks that it is over; more of them change nothing
_START = attrgetter("start")
# Directly before a word: 没有人受伤, 未发生火灾. 是不是 and 有没有 ask.
_DENIED = re.compile(
    r"(?:(?<!有)没有?|(?<!是)不是|并非|并无|不存在|从未|从没|未见?|无|不|不会|排除|不想|别再?|不要)"
    r"(?:发生|出现|发现|听说|听到|看到|看见|见到|闻到|闻见|遇到|人员?|有人|任何|真的?|再|什么|被|造成|所谓的?|过|导致)*$"
)
_UNDONE = re.compile(
    r"(?:没|没有|未|不|何时|什么时候|几时|尽快|早日|才能?|希望|能否|能不能|无法|盼|等|求|赶紧|快)[^。!?;\n]{0,3}$"
)
_CLAUSE = re.compile("[,、:，：]")
_WHOLE_SENTENCE = frozenset("就算 哪怕 如果 要是 万一 假如 假设 倘若 一旦 想象 真要 真着起火来".split())
# Behind a word: it names a thing, a rule or a lesson. 报警器在响 is none of these.
_NAMED = re.compile(
    r"(?:案(?!发)|事故案|(?:事故|类|等|身亡|死亡|致死)?的?(?:工伤|赔偿|赔付|保险|理赔|责任|认定|鉴定|标准|报警器(?!.{0,3}响)|探测器|警示|警报器|急救|救援演|救援队|自救|逃生|防范|防治|防控|预防"
    r"|隐患|风险|危险性|安全隐患|高发|频发|多发|时有|销户|注销|原因|手环|手表|定位|知识|应急|演练|演习|整治|专项|排查|处置|预案|调查|证明|率|后遗症|症状|干预|热线|戏|特效|游戏|模型|机|价|等级|统计|抚恤|丧葬|教育|器|栓|点的?是|险|等灾害|等事故|人数同比|收汁|场面|云|人究竟|离去|盐水|鸡|头|式|糖|蛋|酱|薯|后如何|后怎么|后多久))"
)
# Directly before a word: nobody is hurt by 笑到, 好吃到, 美得.
_FIGURE = re.compile(
    r"(?:笑|美|麻|好吃|好看|好听|甜|辣|酸|香|帅|爽|嗨|学|刷题|磕|嗑|感动|开心|无聊|尬|可爱|便宜|贵|羡慕|燃|心累|排队都排|困|刷|饿)"
    r"(?:得|到|成|的|死|爆)(?:我|人|都|快|要|想|能|直接|原地|当场|简直|像|感觉|肚子|疼|嘴巴?里?|舌头|喉咙|胃里?|心里?)*$"
    r"|(?<!口)心(?:像|好像|如同?)?被人?$"
)
# Directly before a word: it has not come to that. 一个烟头就能烧起来.
_POSSIBLE = re.compile("(?:就能|就会|容易|一[^一]{1,3}就)(?:把.{1,4})?$")
# Near a thing that is broken: how long already, and what is feared of it.
_LASTING = re.compile(
    "[0-9一二两三四五六七八九十几半多好]个?多?(?:月|年|星期|礼拜)|[0-9一二两三四五六七八九十几好多][次回遍]|报修|好久|一直没|年年|每年"
    "|担心|万一|哪天|迟早|早晚|生怕|以免|鉴定|排查|加固"
)
# 感觉自己要着火了 and 吵得想跳楼 are sighs.
_LIKE = re.compile(r"(?:感觉|觉得|仿佛|好像|像|简直)(?:我|自己|人|嘴巴?|脑袋|脸|天空|喉咙|都|要|快|是|在)*$")
# 像要塌了一样: only like it.
_AS_IF = re.compile("了?(?:一样|似的|一般)")
_DRIVEN = re.compile(r"(?:吵|气|烦|堵|忙|累|热|难|穷|写|背)(?:得|到|的)(?:我|人|都|真|快|想|要)*$")
_HOT = frozenset("火炸烧窒")
_YEAR = re.compile("(?:19|20)[0-9]{2}年(?![0-9]{1,2}月)")
_BEFORE, _NEAR, _FAR = 10, 14, 120
_STORY_REACH, _SETTLED_REACH, _ASKING_REACH, _SCENE_REACH = 40, 80, 24, 24
_TERSE = 8  # characters; so short a post may be all that somebody could type
_CRY, _CRYING = "救命", 12  # a cry for help may be a little longer
# What stands near a word that people also say when something is delicious, dull or funny.
_SCENE = re.compile(
    "有人|人员|[老大工路行病妇男女]人|孩|婴|学生|居民|住户|业主|邻居|群众|男子|女子|司机|师傅|一家|[两三四五六七八九十0-9][多余]?[人名]|[0-9]+死"
    "|楼|厂|车间|仓库|店|商场|超市|学校|工地|小区|村|家里|家中|屋|房|地下室|车库|路口|路边|街|桥|隧道|围墙|堤|河|江|水库|洪水|山"
    "|锅炉|煤气|燃气|天然气|液化气|罐|瓶|电池|电瓶|充电|变压器|电箱|电线|烟花|鞭炮|粉尘|化工|废气|毒气|气体|一氧化碳|氯气|食物|食堂|农药"
    "|消防|救护|120|119|110|报警|警察|送医|抢救|医院|急救|伤|着火|起火|大火|浓烟|火光|响|发生|肚子|头晕|恶心|刚刚|突发|现场|附近|快来|来人|事故|倒地|躺|呕吐|腹泻|不醒|车祸|溺|井|触电|人群|车里|车门|水到|水位|工友|near|mall"
)

Doubt = Callable[[Reading, Reading, Cue], Cue | None]


class Weighed(NamedTuple):
    """A word of danger, and the first thing that takes it back with its name (``denied``); None if nothing does."""

    cue: Cue
    doubt: Cue | None
    name: str


def weigh(reading: Reading, context: Reading, cue: Cue) -> Weighed:
    """Return *cue* with the first thing that takes it back."""
    for test in _DOUBTS[cue.kind]:
        if doubt := test(reading, context, cue):
            return Weighed(cue, doubt, test.__name__.strip("_"))
    return Weighed(cue, None, "")


def lost(reading: Reading, cue: Cue) -> bool:
    """Say whether nothing takes back the loss that *cue* tells of."""
    return not any(doubt(reading, reading.context, cue) for doubt in _LOSS)


def near(context: Reading, kind: str, cue: Cue, reach: int) -> Cue | None:
    """Return a cue of *kind* at most *reach* characters from *cue*."""
    if f"context.{kind}" not in context.cues:  # as most are: then no place is looked for
        return None
    return next(_around(context, kind, cue.start - reach, cue.end + reach), None)


def settled(reading: Reading) -> list[Cue]:
    """Return the cues that it is over, unless they are wishes: 什么时候恢复供水."""
    return [cue for cue in reading.context.of("context.settled") if _is_settled(reading, cue)]


def _clause_before(reading: Reading, cue: Cue) -> str:
    """Return what stands before *cue* in its clause, without spaces and signs."""
    start = max(reading.begun(cue.start), cue.start - _BEFORE)
    said = reading.between(start, cue.start)
    return "".join(filter(str.isalnum, _CLAUSE.split(said)[-1]))


def _found(found: re.Match[str] | None, cue: Cue) -> Cue | None:
    return Cue(found.group(), "context.denied", -1.0, cue.start, cue.end) if found else None


def _around(context: Reading, kind: str, first: int, last: int) -> Iterator[Cue]:
    """Yield the cues of *kind* that stand between two places."""
    others = context.of(f"context.{kind}")
    for place in range(bisect_left(others, first, key=_START), len(others)):
        if others[place].start >= last:
            return
        if others[place].end <= last:
            yield others[place]


def _earlier(reading: Reading, context: Reading, kind: str, cue: Cue) -> list[Cue]:
    """Return the cues of *kind* before *cue* in its sentence, the nearest last."""
    if not context.of(f"context.{kind}"):
        return []
    return list(_around(context, kind, reading.begun(cue.start), cue.start))


def _denied(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return _found(_DENIED.search(_clause_before(reading, cue)), cue)


def _named(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the rest of a name that *cue* begins: 坠楼事故赔偿."""
    rest = _NAMED.match(reading.squeezed, cue.end, cue.end + _BEFORE)
    return None if rest is None or near(context, "present", cue, _FAR // 3) else _found(rest, cue)


def _figurative(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    first = max(0, cue.start - _BEFORE)
    found = _FIGURE.search(reading.squeezed, first, cue.start)
    if found is None and not _HOT.isdisjoint(cue.word):
        found = _LIKE.search(reading.squeezed, first, cue.start)
    if found is None and cue.word.startswith("跳"):
        found = _DRIVEN.search(reading.squeezed, first, cue.start)
    found = found or _AS_IF.match(reading.squeezed, cue.end, cue.end + _BEFORE)
    return _found(found, cue)


def _supposed(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    for other in reversed(_earlier(reading, context, "supposed", cue)):
        near = cue.start - other.end <= _BEFORE
        if other.word in _WHOLE_SENTENCE or (
            near and not _CLAUSE.search(reading.between(other.end - 1, cue.start + 1))
        ):
            return other
    return None


def _blamed(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return who would answer for it: 爆炸了谁负责."""
    blame = near(context, "liability", cue, _NEAR)
    return None if blame is None or near(context, "present", cue, _FAR // 3) else blame


def _rehearsed(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return None if context.of("context.undrill") else near(context, "drill", cue, _FAR)


def _taught(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the mark of a lesson, of the news or of an advertisement, unless somebody calls for help there."""
    for kind in ("lesson", "news", "advert"):
        if mark := near(context, kind, cue, _FAR):
            return None if near(context, "present", cue, _FAR // 3) else mark
    return None


def _asked_about(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    asking = near(context, "asking", cue, _ASKING_REACH)
    return None if asking is None or near(context, "present", cue, _FAR // 3) else asking


def _told(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the film, the book or the game that tells it."""
    story = near(context, "story", cue, _STORY_REACH)
    return None if story is None or near(context, "unstory", cue, _STORY_REACH) else story


def _of_a_pet(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return near(context, "pet", cue, _NEAR)


def _past(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the word that puts it in the past, unless one of today stands between them."""
    past = _earlier(reading, context, "past", cue)
    if past and next(_around(context, "today", past[-1].end, cue.start), None) is None:
        return past[-1]
    return None


def _chronic(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the word that makes it a lasting worry and no event: 经常, 隐患, 年久失修."""
    chronic = near(context, "chronic", cue, _NEAR)
    if chronic is None or near(context, "present", cue, _FAR // 3) or near(context, "today", cue, _FAR // 3):
        return None
    return chronic


def _possible(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    if "闻" in cue.word or "味" in cue.word or "了" in reading.squeezed[cue.end - 1 : cue.end + 1]:
        return None
    return _found(_POSSIBLE.search(_clause_before(reading, cue)), cue)


def _lasting(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return for how long a thing has been broken, or what is feared of it, unless something happens now."""
    if near(context, "present", cue, _FAR // 3) or near(context, "today", cue, _FAR // 3):
        return None
    first, last = max(0, cue.start - _ASKING_REACH), cue.end + _ASKING_REACH
    return _found(_LASTING.search(reading.squeezed, first, last), cue)


def _years_ago(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    if context.of("context.today"):
        return None
    return _found(_YEAR.search(reading.squeezed, reading.begun(cue.start), cue.start), cue)


def _long_ago(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return None if context.of("context.today") else next(iter(_earlier(reading, context, "past", cue)), None)


def _disproved(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return None if context.of("context.undisproved") else near(context, "disproved", cue, _SETTLED_REACH)


def _is_settled(reading: Reading, cue: Cue) -> bool:
    return not _UNDONE.search(reading.squeezed, max(0, cue.start - _BEFORE), cue.start)


def _over(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return the word that it is over, unless something goes on."""
    if context.of("context.unsettled") or not context.of("context.settled"):
        return None
    near = _around(context, "settled", cue.start - _SETTLED_REACH, cue.end + _SETTLED_REACH)
    return next((other for other in near if _is_settled(reading, other)), None)


def _restored(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    later = _around(context, "settled", cue.end, len(reading.squeezed))
    return next((other for other in islice(later, _ENOUGH) if _is_settled(reading, other)), None)


def _laughed(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    return near(context, "laughter", cue, _SCENE_REACH)


def _exclaimed(reading: Reading, context: Reading, cue: Cue) -> Cue | None:
    """Return what shows a figure of speech: laughter, or nothing of a scene around it. 好吃到爆炸, 救命啊哈哈."""
    first, last = max(0, cue.start - _SCENE_REACH), cue.end + _SCENE_REACH
    if _SCENE.search(reading.squeezed, first, cue.start) or _SCENE.search(reading.squeezed, cue.end, last):
        return None
    if laughter := _laughed(reading, context, cue):
        return laughter
    return cue if len(reading.squeezed) > (_CRYING if cue.word == _CRY else _TERSE) else None


_ALL: tuple[Doubt, ...] = (_denied, _named, _rehearsed, _taught, _told, _of_a_pet, _over, _disproved, _figurative)
_DOUBTS: dict[str, tuple[Doubt, ...]] = {
    "harm.H3": (*_ALL, _supposed, _possible, _blamed, _past, _years_ago, _chronic),
    "harm.state": (*_ALL, _supposed, _possible, _blamed, _past, _years_ago, _chronic, _lasting),
    "harm.self": (*_ALL, _laughed),  # a threat is no supposition
    "harm.weak": (*_ALL, _supposed, _possible, _blamed, _past, _years_ago, _chronic, _asked_about, _exclaimed),
}
_LOSS: tuple[Doubt, ...] = (_denied, _supposed, _restored, _long_ago, _rehearsed, _taught)
