"""Short invented sentences that drill negation into a sentiment model: training only.

Labelled data rarely shows the same words with and without a negation, so a model learns the words and not the
negation. These sentences are crossed from word lists: each quality with its negation, its double negation, a
rhetorical question, a "no longer". Courtesy is drilled too: who thanks while complaining still complains.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Polarity

Sentence = tuple[str, Polarity]

_WHO = "物业 师傅 社区 窗口 居委会 客服 医生 老师 保洁 公交 水压 楼道 路面 办理结果 热线 停车费 工作人员".split()
_GOOD = (
    "满意 合理 方便 及时 耐心 负责 干净 安全 放心 稳定 顺利 清楚 透明 公平 公正 热情 专业 好用 舒服 开心 高兴 快乐 "
    "认真 到位 规范 便宜 安静 通畅 细心 礼貌 靠谱 准时 讲理 尽责 负责任 理想 贴心 给力 快 好 行 容易 支持 认可 喜欢 客气 友善 "
    "周到 体贴 平整 明亮 敞亮 整洁 畅快 划算 实在 顺畅 省心 舒心 称心 顺心 勤快 干脆 爽快 严谨 合适 妥当 到家 牢固 结实 新鲜 入味"
).split()
_BAD = (
    "推诿 拖延 敷衍 乱收费 扯皮 糊弄 漏水 堵车 难闻 吵 脏 慢 差 贵 乱 麻烦 拥挤 危险 刁难 踢皮球 停水 停电 出错 "
    "添堵 生气 失望 吃力 耽误 糟糕 难受 嘈杂 冷漠 粗暴 不方便 不耐烦 不负责 不合理"
).split()
_DONE = "修好 解决 处理 恢复 清理 通车 来水 答复 回复 拆除 整改 办好 安装好 疏通 退款 落实 治好 修复 通电 补上".split()
_CAN = "打通 修好 看懂 找到 办成 用上 听清 走通 停下 说清 登上 约上 排到 买到 睡着 坐上 查到 住下".split()
_CHORE = (
    "排长队 绕路 跑断腿 摸黑走 提水上楼 半夜排队 来回跑 忍臭味 踩泥水 捂鼻子 担惊受怕 爬楼梯 请假 求人 堵一小时".split()
)
_CARE = "管 问 修 查 理 处理 解决 负责 答复 出面 过问".split()
_PRAISE = "点赞 谢谢 感谢 多谢 辛苦了 必须表扬 为你们点赞 好样的 赞一个 真心感谢".split()

_BEFORE = (
    "您好！|你好，|尊敬的领导：|领导您好，|各位领导好，|尊敬的市长您好！|工作人员您好，|感谢您的关注，|谢谢接听，|先谢谢了，|辛苦您了，|"
    "首先感谢政府的关心，|感谢贵单位，|感谢社区一直以来的付出，|办事员很客气，|热线的同志很热情，"
).split("|")
_AFTER = (
    "，谢谢|，谢谢！|，万分感谢！|，感谢|，辛苦了|，望回复为盼|，盼复，谢谢|，麻烦您了|。祝工作顺利！|。给您添麻烦了|。感谢政府为百姓办实事|"
    "。此致敬礼|，拜托了，感谢|。感谢您的耐心，祝好|。感谢领导在百忙之中关注|。望尽快解决，非常感谢|。先行致谢"
).split("|")

_OF_GOOD = {
    Polarity.POS: "{w}{x}|{w}很{x}|{w}非常{x}|{w}真{x}|{w}挺{x}的|{w}太{x}了|不得不说{w}真{x}|谁说{w}不{x}？|{w}没有不{x}|"
    "{w}不是不{x}|{w}越来越{x}了|{w}没有一次不{x}|说实话{w}还是很{x}的|{w}没有哪里不{x}".split("|"),
    Polarity.NEG: "{w}不{x}|{w}很不{x}|{w}非常不{x}|{w}一点都不{x}|{w}太不{x}了|{w}并不{x}|{w}根本不{x}|{w}从来不{x}|{w}没有{x}过|"
    "{w}没一次{x}|谁说{w}{x}？|{w}哪里{x}了|难道这叫{x}吗|{w}一直不{x}|{w}也不{x}|{w}没有一次{x}|{w}再也不{x}了".split(
        "|"
    ),
}
_OF_BAD = {
    Polarity.NEG: "{w}{x}|{w}很{x}|{w}太{x}了|{w}老是{x}|{w}又{x}|{w}一直{x}|不得不说{w}太{x}|{w}能不{x}吗|难道{w}还要{x}吗|"
    "{w}没有一天不{x}|{w}越来越{x}".split("|"),
    Polarity.POS: "{w}不{x}|{w}没有{x}|{w}从不{x}|{w}一点都不{x}|{w}再也不{x}了|{w}没觉得{x}|{w}并不{x}|谁说{w}{x}？|{w}也不{x}|"
    "{w}不再{x}了|{w}没发现{x}|{w}没有{x}，挺好".split("|"),
}
_OF_DONE = {
    Polarity.POS: "{w}{x}了|{w}都{x}了|{w}当天就{x}了|{w}终于{x}了|{w}很快就{x}了|谁说{w}没{x}？早就{x}了|{w}这回真的{x}了".split(
        "|"
    ),
    Polarity.NEG: "{w}没{x}|{w}还没{x}|{w}还是没有{x}|{w}一直没有{x}|{w}至今未{x}|{w}几个月都没{x}|{w}什么时候才{x}啊|{w}没人{x}|"
    "报了一周也没{x}|{w}迟迟不{x}|要是早点{x}，也不至于这样".split("|"),
}
_OF_CARE = {
    Polarity.NEG: "没人{x}|没有人{x}|谁来{x}{x}啊|难道就没人{x}吗|难道没有部门{x}吗|就没有人{x}一{x}吗|不能不{x}啊|怎么能不{x}呢|"
    "从来不{x}|都不{x}|不{x}不行了|一个都不{x}|为什么没人{x}".split("|"),
    Polarity.POS: "谁说没人{x}？第二天就来了|有人{x}了，谢谢|谁说不{x}？马上就办|终于有人{x}了|没有不{x}，态度很好".split(
        "|"
    ),
}
_OF_CHORE = {
    Polarity.POS: "再也不用{x}了|终于不用{x}了|以后不用{x}了，感谢|不用再{x}，真好|不必{x}了".split("|"),
    Polarity.NEG: "天天{x}|又要{x}|还得{x}|不得不{x}|害得我{x}|早说一声也不至于{x}|如果通知到位，也不会{x}|白白{x}|难道还要{x}吗".split(
        "|"
    ),
}
_OF_WHO = {
    Polarity.NEU: "请问{x}在哪里|想咨询一下{x}的电话|{x}几点上班|{x}周末上班吗|请问{x}什么时候安排|{x}怎么申请|建议{x}增设一处|"
    "请问{x}归哪个部门管|需要带什么材料去找{x}|{x}的通知什么时候发布".split("|"),
}


def sentences() -> Iterator[Sentence]:
    """Yield the sentences with their polarity, always in the same order; a few come by two ways."""
    for words, forms in ((_GOOD, _OF_GOOD), (_BAD, _OF_BAD), (_DONE, _OF_DONE)):
        yield from _crossed(words, forms)
    for words, forms in ((_CARE, _OF_CARE), (_CHORE, _OF_CHORE), (_WHO, _OF_WHO)):
        yield from _crossed(words, forms)
    yield from _can()
    yield from _praise()
    yield from _courteous()


def courteous(text: str, number: int) -> str:
    """Return *text* with a courtesy before it, behind it or both; which one is told by *number*."""
    before, after = _BEFORE[number % len(_BEFORE)], _AFTER[number // 3 % len(_AFTER)]
    match number % 3:
        case 0:
            return before + text
        case 1:
            return text + after
    return before + text + after


def _crossed(words: list[str], forms: dict[Polarity, list[str]]) -> Iterator[Sentence]:
    for number, word in enumerate(words):
        for polarity, shapes in forms.items():
            for step, shape in enumerate(shapes):
                yield shape.format(w=_WHO[(number * 5 + step * 3) % len(_WHO)], x=word), polarity
                if "{w}" in shape:
                    yield shape.format(w="", x=word), polarity


def _can() -> Iterator[Sentence]:
    """打通 is possible as 打得通 and impossible as 打不通: the negation stands inside the verb."""
    for number, word in enumerate(_CAN):
        who = _WHO[number % len(_WHO)]
        yield f"{who}{word[0]}得{word[1]}", Polarity.POS
        for shape in ("{w}{a}不{b}", "{w}怎么都{a}不{b}", "一直{a}不{b}", "根本{a}不{b}"):
            yield shape.format(w=who, a=word[0], b=word[1]), Polarity.NEG


def _praise() -> Iterator[Sentence]:
    for number, thanks in enumerate(_PRAISE):
        for step, good in enumerate(_GOOD):
            yield (
                f"{_WHO[(number + step) % len(_WHO)]}{good}，{thanks}" if step % 2 else f"{thanks} 太{good}了",
                Polarity.POS,
            )
        yield from ((f"{thanks}{who}", Polarity.POS) for who in _WHO)


def _courteous() -> Iterator[Sentence]:
    plain = [
        *_crossed(_BAD, {Polarity.NEG: _OF_BAD[Polarity.NEG]}),
        *_crossed(_DONE, {Polarity.NEG: _OF_DONE[Polarity.NEG]}),
    ]
    plain += _crossed(_WHO, _OF_WHO)
    for number, (text, polarity) in enumerate(plain):
        yield courteous(text, number), polarity
