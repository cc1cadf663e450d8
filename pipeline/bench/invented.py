"""Invented posts and rules to measure with, the same for the same seed; nothing here was ever said by anyone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from pipeline.model import Author, Kind, Level, Post, Published, Source, SourceClass, post_id, revision
from pipeline.rulebook import Condition, Rule, RuleType, Status, TextCondition

START = datetime(2026, 3, 10, 4, tzinfo=UTC)
COPIED = 0.15  # share of posts that repeat an earlier one with small changes

_NAME = (
    "山水云木石田竹松梅兰桂柳泉溪河海江湖雨雪霜风星月日光明清新安平和乐康宁福顺兴旺丰盛高远长春夏秋冬晨晚晴暖凉香金银玉珠"
    "宝华英雄文武德仁义礼智信诚正大东西南北中上下前后左右天地方圆青红黄白黑紫蓝绿"
)
_KINDS = "小区 花园 路 街 社区 市场 大厦 公园 学校 医院 车站 工地 菜场 桥 广场 家园 新村 苑 巷 商场".split()
_THINGS = (
    "电梯 水管 路灯 燃气 暖气 井盖 停车位 垃圾桶 下水道 公交车 红绿灯 护栏 消防通道 充电桩 健身器材 外墙 楼道灯 热水 快递柜 "
    "绿化带 噪音 油烟 工资 押金 学费 食堂 疫苗 挂号 公积金 房产证 违建 物业费 广场舞 宠物 共享单车 积水 裂缝 异味 围挡 渣土车"
).split()
_FATES = (
    "坏了三天没人修 又停了 漏得满地都是 臭得开不了窗 半夜还在响 一直没人管 换了新的 修好了，谢谢师傅 贵得离谱 拖欠了两个月 "
    "被占用很久 排队排到门外 怎么办理 什么时候能解决 总算通了 打电话没人接 说好的日期又推迟 比以前方便多了 差点伤到孩子 "
    "投诉了五次没有下文 需要带哪些材料 早上八点开始拆 掉下来砸坏了车 连夜抢修好了 没有任何通知"
).split(" ")
_CLOSINGS = (
    "希望有关部门尽快处理 请问归哪里管 大家遇到过吗 已经打了热线还在等回复 给工作人员点个赞 真的受不了了 求扩散 有图有真相 "
    "老人和孩子怎么办 等一个说法 感谢网格员跑前跑后 不知道该找谁 联系电话13800138000 我住8号楼302 今天上午去看过了 😡😡 哈哈"
).split()
_FILLERS = (
    "早上出门的时候看到 听楼下邻居说 昨天晚上回家路过 我们单元的群里都在说 从去年冬天到现在 本来不想发的 说实话 刚刚又去了一趟 "
    "客观地讲 带着孩子不方便 上班路上堵了半个小时 天气预报说还要下雨 跟物业沟通了几次 也理解工作人员辛苦 不过"
).split()


def names(count: int, seed: int = 1) -> list[str]:
    """Return *count* different invented names of two to four characters and a kind."""
    rng = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(rng.choices(_NAME, k=rng.randint(2, 3))) + rng.choice(_KINDS)] = None
    return list(made)


def texts(count: int, seed: int, known: list[str]) -> list[str]:
    """Return *count* texts of some 20 to 600 characters, half of them below 80, about places of *known*."""
    rng = random.Random(seed)
    made: list[str] = []
    for _ in range(count):
        copied = made and rng.random() < COPIED
        made.append(_changed(rng, rng.choice(made)) if copied else _text(rng, known))
    return made


def posts(count: int, seed: int, known: list[str]) -> list[Post]:
    """Return *count* posts, a minute apart from each other in tenths."""
    return [_post(f"{seed}-{number}", text, number) for number, text in enumerate(texts(count, seed, known))]


def rules(count: int, known: list[str]) -> list[Rule]:
    """Return *count* rules of two or three words; most ask for a place and a thing, some exclude a word."""
    rng = random.Random(3)
    return [_rule(number, rng, known) for number in range(count)]


def _text(rng: random.Random, known: list[str]) -> str:
    sentences = [_sentence(rng, known) for _ in range(rng.choices((1, 2, 3, 6, 12, 20), (22, 28, 20, 15, 9, 6))[0])]
    return "".join(sentences) + (rng.choice(_CLOSINGS) if rng.random() < 0.4 else "")


def _sentence(rng: random.Random, known: list[str]) -> str:
    """Return one sentence; most of its words are invented, so that two texts share little by chance."""
    words = ["".join(rng.choices(_NAME, k=2)) for _ in range(rng.randint(3, 9))]
    words.insert(rng.randrange(len(words)), rng.choice(known) + rng.choice(_THINGS))
    words.insert(rng.randrange(len(words)), rng.choice(_FATES if rng.random() < 0.5 else _FILLERS))
    words.insert(rng.randrange(len(words)), rng.choice("的了是在有也就都很不没"))
    words.insert(len(words) // 2, rng.choice("，， "))
    return "".join(words) + rng.choice("。！，？")


def _changed(rng: random.Random, text: str) -> str:
    cut = text[: max(12, round(len(text) * rng.choice((1.0, 1.0, 0.8))))]
    return (
        rng.choice(("【转】", "", "//@邻居:"))
        + cut.replace("，", rng.choice("，， "))
        + rng.choice((" 大家看看", "！", ""))
    )


def _post(name: str, text: str, number: int) -> Post:
    at = START + timedelta(seconds=number * 6)
    return Post(
        id=post_id("bench", name),
        native_id=name,
        rev=revision("", text),
        kind=Kind.MESSAGE if number % 5 == 0 else Kind.POST,
        platform="bench",
        source=Source(id="bench", class_=SourceClass.FORUM),
        text=text,
        author=Author(key=f"hm:{number % 997:04x}"),
        published=Published(at=at),
        fetched_at=at + timedelta(seconds=5),
    )


def _rule(number: int, rng: random.Random, known: list[str]) -> Rule:
    place, things = known[number % len(known)], rng.sample(_THINGS, 2)
    words = TextCondition(
        must=((place,), tuple(things)) if number % 10 else ((place,),),
        none=(rng.choice(_CLOSINGS[:6]),) if number % 4 == 0 else (),
    )
    return Rule(
        id=f"bench-{number}",
        rev="1",
        name=f"规则 {number}",
        owner="bench",
        status=Status.STABLE,
        level=Level.L3,
        type=RuleType.ANY,
        condition=Condition(words),
        place=f"bench:{number}",
    )
