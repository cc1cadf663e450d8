"""Which organisation or office a text holds responsible: a unit of the directory, or one the text names. Never a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.analyse.cues import Reading
from pipeline.analyse.names import Sure, is_common, names
from pipeline.directory import Directory, Unit
from pipeline.model import PartyFinding, Reason
from pipeline.text.automaton import Hit, apart, automaton
from pipeline.text.beside import beside
from pipeline.text.normal import folded

_LEVEL = re.compile("^[区县市旗镇]|(?:新区|[区县市旗州])$")
_FIRMS = "有限责任公司 股份有限公司 有限公司 公司 集团 物业服务中心 物业公司 物业服务公司 物业管理公司 物业 开发商 项目部 售楼部 售楼处 超市 酒店 饭店 驾校 培训机构 水厂 化工厂 食品厂 水泥厂 造纸厂 砖厂 养殖场 屠宰场".split()
_PUBLIC = "小学 中学 学校 职校 幼儿园 学院 医院 卫生院 卫生服务中心 卫生室 养老院 敬老院 福利院 福利中心 汽车站 客运站 农贸市场 菜市场 批发市场".split()
_OFFICES = (
    "街道办事处 街道办 街办 镇政府 乡政府 镇人民政府 乡人民政府 区政府 县政府 居委会 村委会 业委会 派出所 交警大队 消防大队 "
    "管委会 政务大厅 办事大厅 办事中心 政务服务中心 便民服务中心"
).split()  # fmt: skip
_BUREAUS = (
    "水务 水利 教育 教体 住建 城建 房管 房产 城管 城市管理 综合执法 公安 交通 交通运输 公路 人社 劳动 社保 医保 医疗保障 卫健 卫生 "
    "市场监管 市场监督管理 工商 食药监 环保 生态环境 自然资源 国土 规划 林业 农业 农业农村 民政 司法 财政 税务 统计 文旅 体育 "
    "应急 应急管理 信访 供电 电力 邮政 气象 商务 发改 园林 园林绿化 烟草"
).split()
# One thing under the names people give it; each line begins with how a directory calls it.
_SAME = (
    ("燃气公司", "天然气公司", "煤气公司"), ("供水公司", "自来水公司", "水务公司"), ("供热公司", "热力公司", "供暖公司"),
    ("供电公司", "电力公司", "供电局", "电力局"), ("公交公司", "公交集团"), ("住建局", "住房和城乡建设局"),
    ("人社局", "人力资源和社会保障局"), ("市场监管局", "市场监督管理局"), ("城管局", "城市管理局"), ("卫健局", "卫健委", "卫生健康局"),
    ("交通局", "交通运输局"), ("应急局", "应急管理局"), ("环保局", "生态环境局"), ("街道办", "街道办事处", "街办"),
    ("镇政府", "镇人民政府"), ("乡政府", "乡人民政府"),
)  # fmt: skip
_NO_PARTIES = frozenset({"desk", "liaison"})
# The name of an organisation does not go back beyond these.
_STOP_WORDS = frozenset(
    "投诉 举报 感谢 谢谢 反映 反馈 要求 希望 建议 联系 咨询 听说 由于 因为 拖欠 就是 关于 曝光 表扬 点赞 强烈 严重 竟然 居然 以及 附近 旁边 "
    "周边 门口 对面 里面 楼下 工作 上班 打工 入职 起诉 今天 昨天 今年 去年 现在 目前 已经 一直 多次 几次 没有 黑心 无良 坑人 业主 居民 村民 "
    "家长 学生 员工 工人 工友 老板 领导 老师 医生 孩子 儿子 女儿 实名 电话 负责 隶属 所有 任何 至今 表示 考虑 得知 之后 反正 突然 毕竟 属于 "
    "协调 督促 包括 只有 根据 位于 线下 进入 路过 路上 原址 以前 之前 影响 转账 出面 涉及 时候 怎么 如何 什么 是否 配套 小区 部分 一家 整个 "
    "最后 早晨 早上 晚上 周末 白天 隔壁 涉事 怀疑 送往 一起 走进 加盟 管理 选择 新建 拟建 计划 允许 应该 必须 可以 需要 准备 派出 原来 经营 "
    "一群 每天 每次 每年 爸爸 妈妈 我家 人员 当前 公共 经过 通过 距离 紧靠 一个 两个 三家 两家 几家 多家".split()
)
_STOPS = frozenset(
    "的了在是被把让给找向跟与到去来从对就也都还又很太吗吧呢啊我你他她它们这那某每各哪谁请问由为说等告打买叫住催求欠望着过没不无有但而或因像自及"
    "以于至将已曾会能可否时后得该此其将逛回读看送管家所间个只要并且再被。!?;\n0123456789"
)
_NAMES_WITH_STOPS = (
    "家园",
    "管家",
    "居家",
    "回民",
    "看丹",
    "来福",
    "来安",
    "太平",
    "太阳",
    "太和",
    "至善",
    "自强",
    "自贡",
    "无锡",
    "将军",
    "可可",
    "家乐",
    "国家",
    "可爱",
    "各庄",
)
_NO_HEADS = frozenset(
    "小区 我们 前期 新的 老旧 原来 公立 私立 民办 公办 重点 普通 全国 各大 上市 民营 国有 外地 本地 当地 建筑 装修 开发 房产 房地产 保险 "
    "外卖 快递 物流 装饰 施工 劳务 中介 网络 科技 贸易 投资 服务 管理 分 总 子 母 大型 连锁 社区 街道 城区 农村 乡镇 "
    "培训 家政 保安 保洁 搬家 旅游 租赁 物业 某某 xx xxx".split()
)
_KIN = frozenset("姐哥叔姨嫂婶爷奶")
_HEAD_MOST, _HEAD_USUAL, _HEAD_LEAST, _BUREAU_HEAD_MOST = 14, 6, 2, 4
_LEGAL = ("有限", "股份", "集团", "物业服务", "物业公司", "物业管理公司", "派出所", "街道办", "村委会", "居委会")
_LEGAL_BEGIN = frozenset(word[0] for word in _LEGAL)
_FULL_ENDINGS = ("物业服务", "物业公司", "物业管理公司", "有限", "集团")
_IN_NAMES = frozenset("人民 中心 实验 附属 第一 第二 第三 第四 第五 阳光 幸福 和平 希望 光明 东方 长城".split())
_FAULTS = "不没乱欠拖拒推违偷擅强骗停坑漏收扣占涨"
_SOON = 5  # characters behind a name in which one of these stands
_BLAMED = re.compile(f".{{0,{_SOON - 1}}}?[{_FAULTS}]")
_BLAMES = ("投诉", "举报", "曝光", "感谢", "点赞", "表扬", "起诉", "告", "就是", "谢谢")
_BLAMING = re.compile("|".join(_BLAMES))
_PERHAPS_BLAMED = beside(_FAULTS + "".join(word[0] for word in _BLAMES))  # finds in little time where to look closer
_ASKED = ("向", "找", "给", "请", "求", "望", "建议", "希望", "打", "联系", "咨询", "问", "到", "去")
_MENTIONS_MOST = 12  # a list of organisations names no one responsible
_NOTHING = PartyFinding()


class _Known(NamedTuple):
    """What a word in the automaton is: a unit or facility by its name, or the last part of a name."""

    id: str | None
    name: str
    ending: str  # empty, or firm, public, office or bureau


class _Mention(NamedTuple):
    weight: float
    start: int
    end: int
    id: str | None
    name: str


class Parties:
    """Names of units and facilities, and the endings of names, in one automaton."""

    def __init__(self, directory: Directory) -> None:
        known: dict[str, _Known] = {}
        for kind, endings in (("firm", _FIRMS), ("public", _PUBLIC), ("office", _OFFICES)):
            known |= {word: _Known(None, word, kind) for word in endings}
        known |= {f"{word}局": _Known(None, f"{word}局", "bureau") for word in _BUREAUS}
        known |= {
            name.word: _Known(None, name.place.name, "")
            for name in names(directory)
            if name.place and name.kind == "facility" and name.sure >= Sure.SHORT
        }
        known |= _units(directory)
        self._words = sorted(known)
        self._known = [known[word] for word in self._words]
        self._automaton = automaton(self._words)

    def find(self, reading: Reading) -> PartyFinding:
        """Return the party that most is said about; of equal ones the first. Nothing where none is named."""
        hits = self._automaton.find(reading.squeezed)
        if not hits:
            return _NOTHING
        mentions = self._mentions(reading, apart(hits))
        if not mentions:
            return _NOTHING
        best = max(mentions, key=lambda one: (one.weight, -one.start))
        cue = reading.squeezed[best.start : best.end]
        reason = Reason(cue, best.weight, reading.offsets[best.start], reading.offsets[best.end - 1] + 1)
        return PartyFinding(best.id, best.name, (reason,))

    def _mentions(self, reading: Reading, hits: Sequence[Hit]) -> list[_Mention]:
        squeezed = reading.squeezed
        mentions = []
        for start, end, number in hits[:_MENTIONS_MOST]:
            known = self._known[number]
            ending = known.ending
            if ending:
                if not _in_question(squeezed, start, end, ending):
                    continue
                start = _begin(reading, start, ending)
                if start < 0:
                    continue
            name = squeezed[start:end] if ending else known.name
            mentions.append(_Mention(_weight(squeezed, start, end, known), start, end, known.id, name))
        return mentions


def _units(directory: Directory) -> dict[str, _Known]:
    """Return every way of writing the units' names that is one unit's alone; the name itself always is."""
    owners: dict[str, set[str]] = {}
    by_id = {unit.id: unit for unit in directory.units if unit.role not in _NO_PARTIES}
    for unit in by_id.values():
        for form in _forms(unit, directory.territory.name):
            owners.setdefault(folded(form), set()).add(unit.id)
    told = {folded(name): unit.id for unit in by_id.values() for name in (*unit.aliases, unit.name)}
    owned = {form: next(iter(ids)) for form, ids in owners.items() if len(ids) == 1 and len(form) > 2} | told
    return {form: _Known(id_, by_id[id_].name, "") for form, id_ in owned.items() if form}


def _forms(unit: Unit, territory: str) -> Iterator[str]:
    """Yield 区水务局 as 青湖区水务局, 青湖水务局 and 水务局, and each under the other names of the same thing."""
    short = _LEVEL.sub("", territory)
    for name in (unit.name, *unit.aliases):
        tail = name
        for head in (territory, short, territory[-1]):
            if name.startswith(head) and len(name) - len(head) > 2:
                tail = name.removeprefix(head)
                break
        for one in (tail, *_other_names(tail)):
            yield from (one, short + one, territory + one, territory[-1] + one)
        yield from _other_names(name)


def _other_names(name: str) -> Iterator[str]:
    for same in _SAME:
        for one in same:
            if name.endswith(one):
                yield from (name.removesuffix(one) + other for other in same if other != one)


def _in_question(squeezed: str, start: int, end: int, kind: str) -> bool:
    """Say whether an organisation can be told by its ending alone, or at least something is said about it."""
    legal = squeezed[start] in _LEGAL_BEGIN and squeezed.startswith(_LEGAL, start)
    if legal or kind in ("bureau", "office"):
        return True
    before = max(0, start - _HEAD_USUAL - 2)
    if not _PERHAPS_BLAMED.found(squeezed[before : end + _SOON]):
        return False
    return bool(_BLAMED.match(squeezed, end) or _BLAMING.search(squeezed, before, start))


def _begin(reading: Reading, ending: int, kind: str) -> int:
    """Return where the name begins whose last part begins at *ending*; -1 if it is no name but any 公司, any 学校."""
    legal = reading.squeezed.startswith(_LEGAL, ending)
    start = _back(reading, ending, _HEAD_MOST if legal else _HEAD_USUAL)
    if kind == "bureau":
        return start if _HEAD_LEAST <= ending - start <= _BUREAU_HEAD_MOST else ending
    if start < 0:
        return -1
    head = reading.squeezed[start:ending]
    if len(head) < _HEAD_LEAST or head in _NO_HEADS or head[-1] in _KIN or head.isascii():
        return -1
    return -1 if _says_nothing(reading.squeezed, ending, head[:_HEAD_LEAST]) else start


def _back(reading: Reading, ending: int, most: int) -> int:
    """Return how far back from *ending* letters stand side by side that may be one name; -1 if that is more than *most*."""
    squeezed, offsets = reading.squeezed, reading.offsets
    start = ending
    while start > 0 and (start == ending or offsets[start - 1] == offsets[start] - 1):
        pair = squeezed[start - 2 : start]
        if pair in _STOP_WORDS or (
            squeezed[start - 1] in _STOPS
            and pair not in _NAMES_WITH_STOPS
            and squeezed[start - 1 : start + 1] not in _NAMES_WITH_STOPS
        ):
            return start
        start -= 1
        if ending - start > most:
            return -1
    return start


def _says_nothing(squeezed: str, ending: int, head: str) -> bool:
    """Say whether an everyday word begins what stands before 公司 or 学校; before 有限公司 it is a name, and 实验小学 is one."""
    return is_common(head) and head not in _IN_NAMES and not squeezed.startswith(_FULL_ENDINGS, ending)


def _weight(squeezed: str, start: int, end: int, known: _Known) -> float:
    weight = 1.0 if known.id else 0.5
    if squeezed.endswith(_BLAMES, max(0, start - 2), start) or _BLAMED.match(squeezed, end):
        weight += 1.0
    elif squeezed.endswith(_ASKED, max(0, start - 2), start):
        weight -= 0.5
    return weight
