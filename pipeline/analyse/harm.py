"""How bad it is for people: H3 danger to life now, H2 a basic service lost or a group hurt, H1 one grievance.

Only what happens decides. Who wrote, in which tone, script or language, and about whom, is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pipeline.analyse.cues import Cue, Reading
from pipeline.model import Numbers

GROUP = 10  # people; DOMAIN §2.5
_DENIED = re.compile(r"(?:没有|没|不是|并非|并无|不存在|从未|未|无|不会|排除)(?:发生|出现|人员?|任何|真的?|再)*$")
_UNDONE = re.compile(
    r"(?:没|没有|未|不|何时|什么时候|几时|尽快|早日|才能?|希望|能否|能不能|无法|盼|等)[^。!?;\n]{0,3}$"
)
_CLAUSE = re.compile("[,、:，：]")
_WHOLE_SENTENCE = frozenset("如果 要是 万一 假如 假设 倘若 一旦".split())
_ABOUT_ONESELF = frozenset(
    "跳楼 跳下去 轻生 不想活 撑不下去 活不下去 自杀 割腕 结束生命".split()
)  # a threat is no supposition
_NEAR, _STORY_REACH, _SCENE_REACH = 8, 15, 24
# People also say these when something is delicious, dull or funny; then nothing of a scene stands near them.
_EXCLAMATIONS = frozenset(
    "爆炸 爆燃 昏迷 窒息 中毒 休克 抽搐 猝死 冒火 放火 纵火 砍人 死亡 踩踏 冲走 倒塌 坍塌 决堤 撞飞 大出血".split()
)
_TERSE = 8  # characters; so short a post may be all that somebody could type
_CRY = "救命"  # a cry for help needs no scene, but it is none among laughter
_LAUGHTER = re.compile("哈哈|嘻嘻|笑|doge|二哈|喵喵|允悲|舔屏|好看|好吃|好听|可爱|太美|绝了|磕|嗑|求.{1,4}版")
_SCENE = re.compile(
    "有人|人员|[老大工路行病妇男女]人|孩|婴|学生|居民|住户|业主|邻居|群众|男子|女子|司机|师傅|一家|[两三四五六七八九十0-9][多余]?[人名]|[0-9]+死"
    "|楼|厂|车间|仓库|店|商场|超市|学校|工地|小区|村|家里|家中|屋|房|地下室|车库|路口|路边|街|桥|隧道|围墙|堤|河|江|水库|洪水|山"
    "|锅炉|煤气|燃气|天然气|液化气|罐|瓶|电池|电瓶|充电|变压器|电箱|电线|烟花|鞭炮|粉尘|化工|废气|毒气|气体|一氧化碳|氯气|食物|食堂|农药"
    "|消防|救护|120|119|110|报警|警察|送医|抢救|医院|急救|伤|着火|起火|大火|浓烟|火光|响|发生|肚子|头晕|恶心|刚刚|突发|现场|附近|快来|来人|事故|倒地|躺|呕吐|腹泻|不醒|车祸|溺|井|触电|人群"
)


def dangers(reading: Reading) -> list[Cue]:
    """Return the cues of danger to life now that nothing in the text takes back."""
    if reading.of("context.drill") or reading.of("context.lesson"):
        return []
    taken_back: tuple[Callable[[Reading, Cue], bool], ...] = (_denied, _supposed, _told, _past, _put_out, _exclaimed)
    return [cue for cue in reading.of("harm.H3") if not any(test(reading, cue) for test in taken_back)]


def losses(reading: Reading, *, announced: bool) -> list[Cue]:
    """Return the cues of a lost service or a hurt group; none if it was *announced* or is restored."""
    if announced or reading.of("context.drill") or reading.of("context.lesson"):
        return []
    taken_back: tuple[Callable[[Reading, Cue], bool], ...] = (_denied, _supposed, _restored)
    return [cue for cue in reading.of("harm.H2") if not any(test(reading, cue) for test in taken_back)]


def a_group(reading: Reading, numbers: Numbers | None) -> list[Cue]:
    """Return the cues that many speak as one: 我们38个工友."""
    many = numbers is not None and numbers.people is not None and numbers.people >= GROUP
    return reading.of("harm.group") if many else []


def settled(reading: Reading) -> list[Cue]:
    """Return the cues that it is over, unless they are wishes: 什么时候恢复供水."""
    return [cue for cue in reading.of("context.settled") if not _UNDONE.search(_before(reading, cue, _NEAR))]


def in_despair(reading: Reading) -> bool:
    """Say whether somebody speaks of ending their own life."""
    return any(cue.word in _ABOUT_ONESELF for cue in dangers(reading))


def _before(reading: Reading, cue: Cue, reach: int) -> str:
    start, _ = reading.sentence(cue.start)
    return reading.squeezed[max(start, cue.start - reach) : cue.start]


def _denied(reading: Reading, cue: Cue) -> bool:
    return bool(_DENIED.search(_before(reading, cue, _NEAR)))


def _earlier(reading: Reading, kind: str, cue: Cue) -> Iterator[Cue]:
    """Yield cues of *kind* before *cue* in its sentence."""
    start, _ = reading.sentence(cue.start)
    return (other for other in reading.of(kind) if start <= other.start and other.end <= cue.start)


def _supposed(reading: Reading, cue: Cue) -> bool:
    if cue.word in _ABOUT_ONESELF:
        return False
    return any(
        other.word in _WHOLE_SENTENCE
        or (cue.start - other.end <= _NEAR and not _CLAUSE.search(reading.between(other.end - 1, cue.start + 1)))
        for other in _earlier(reading, "context.supposed", cue)
    )


def _told(reading: Reading, cue: Cue) -> bool:
    """Say whether a film, a book or a game tells it."""
    start, end = reading.sentence(cue.start)
    return any(
        start <= other.start < end and abs(other.start - cue.start) <= _STORY_REACH
        for other in reading.of("context.story")
    )


def _exclaimed(reading: Reading, cue: Cue) -> bool:
    """Say whether it is only a figure of speech: 好吃到爆炸, 救命啊哈哈."""
    if cue.word not in _EXCLAMATIONS and cue.word != _CRY:
        return False
    first, last = max(0, cue.start - _SCENE_REACH), cue.end + _SCENE_REACH
    around = f"{reading.squeezed[first : cue.start]} {reading.squeezed[cue.end : last]}"
    if _SCENE.search(around):
        return False
    return bool(_LAUGHTER.search(around)) or (cue.word != _CRY and len(reading.squeezed) > _TERSE)


def _past(reading: Reading, cue: Cue) -> bool:
    return cue.word not in _ABOUT_ONESELF and any(_earlier(reading, "context.past", cue))


def _put_out(reading: Reading, cue: Cue) -> bool:
    words = {"已扑灭", "被扑灭", "已经扑灭", "已脱险", "已获救", "救出来了", "已排除"}
    return any(other.word in words and other.start > cue.start for other in settled(reading))


def _restored(reading: Reading, cue: Cue) -> bool:
    return any(other.start > cue.start for other in settled(reading))
