"""The refusals: rules are about matters, never about persons, and no right, creed or tongue makes anything louder.

What is found here cannot be switched off (DOMAIN P-01, P-02; RULES W08, W09, W10, W15).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pipeline.model import PERSONAL, Level
from pipeline.rulebook.dictionary import look_up
from pipeline.rulebook.report import Report
from pipeline.rulebook.rule import Condition, Rule, RuleType
from pipeline.rulebook.wordtest import positive_words
from pipeline.text.normal import folded

# Using a right is no harm (RULES §3.1.4): these words must not make anything louder.
RIGHTS: Final = tuple("上访 信访 投诉 举报 维权 信访局 上访户 越级上访 集体上访 进京上访 反映问题 提意见".split())
PEOPLES: Final = tuple(
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 维 哈 少数民".split()
)
CREEDS: Final = tuple(
    "佛教 道教 伊斯兰 伊斯兰教 基督教 天主教 东正教 基督 耶稣 回教 藏传佛教 穆斯林 教徒 信徒 信众 佛教徒 基督徒 天主教徒 "
    "阿訇 伊玛目 牧师 神父 喇嘛 活佛 主教 清真寺 教堂 寺庙 寺院 道观 佛寺 做礼拜 礼拜寺 礼拜堂 朝觐 "
    "古兰经 圣经 佛经 祷告 宗教 宗教活动 宗教场所 信教 信教群众 清真 斋月 开斋节 古尔邦节 念经 诵经".split()
)
TONGUES: Final = tuple(
    "维语 藏语 蒙语 蒙古语 壮语 彝语 苗语 朝鲜语 哈语 哈萨克语 维吾尔语 藏文 蒙文 维文 维吾尔文 朝鲜文 彝文 粤语 闽南语 "
    "客家话 方言 民族语言 少数民族语言".split()
)
CRITICISM: Final = tuple(
    "无能领导 领导无能 领导不作为 书记无能 区长无能 官僚 官僚主义 贪官 狗官 昏官 庸官 领导下台 书记下台 区长下台 县长下台 "
    "批评领导 批评政府 骂领导 骂政府 吐槽领导 质疑领导 质疑政府 政府无能 政府不作为 领导作秀".split()
)
# A danger that must be told whatever else a post says; a rule with one of them may alert on a single post.
DANGERS: Final = tuple(
    "泄漏 泄露 漏气 爆炸 起火 着火 火灾 中毒 塌 坍 倒塌 坠 触电 漏电 溺 受伤 死 亡 伤 自杀 轻生 跳楼 跳下 不想活 被困 车祸 "
    "追尾 撞 殴打 打人 欺凌 霸凌 体罚 持刀 砍 投毒 地震 洪水 决堤 危房 裂 诈骗 骗 失踪 走失 拐 断电 停水 停电 停气 停暖 漏 "
    "污染 臭 毒 拖欠 欠薪 讨薪 血汗钱 强拆 围堵 堵路 谣 抢购 疫 病 坏 堵 断 没水 没电 没暖 淹 积水 塌方 噪音 扰民".split()
)
_PEOPLE = re.compile(f"(?:{'|'.join(sorted(PEOPLES, key=len, reverse=True))})族(?:人|同胞|群众|村民|居民)?")
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
    "姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN: Final = frozenset("伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞秀刚辉玲桂英华鑫鹏飞斌浩宇婷倩颖洁雪梅琳丹峰凯晨萍燕红")
_PLACES: Final = frozenset("嘴湾村庄桥路街镇乡湖河山塘岭坡店屯寨堡营巷弄渡港滩洲集园里区城")
_REFUSED = frozenset(map(folded, (*CREEDS, *TONGUES, *CRITICISM)))
_UNMISTAKABLE = tuple(word for word in _REFUSED if len(word) >= 3)  # also as a part of longer words
_RIGHTS = frozenset(map(folded, RIGHTS))


def judge(rule: Rule, report: Report) -> None:
    """Report what in *rule* is about persons, rights, creeds or tongues."""
    words = dict.fromkeys(word for condition in rule.conditions for word in _wanted(condition))
    for word in words:
        if word in _REFUSED or _PEOPLE.fullmatch(word) or any(term in word for term in _UNMISTAKABLE):
            zh = f"“{word}”不能作触发词：民族、宗教、礼拜场所、语言和对干部的批评不触发预警"
            en = f"{word!r} must not trigger: ethnicity, religion, worship, language, criticism of officials"
            report.error(rule.place, "P-02", zh, en)
    _persons(rule, report)
    _rights(rule, report)
    for field in (*rule.group_by, rule.count_by):
        if field == "lang":
            report.warn(rule.place, "W09", "按语言分组或计数", "grouped or counted by language")
    _praise(rule, words, report)


def _wanted(condition: Condition) -> Iterable[str]:
    return positive_words(condition.text) if condition.text else ()


def _persons(rule: Rule, report: Report) -> None:
    for condition in rule.conditions:
        words = list(_wanted(condition))
        if words and all(person(word) for word in words):
            zh = f"“{'、'.join(words[:3])}”是人名：规则看事不看人"
            report.error(rule.place, "P-01", zh, "personal names: a rule is about matters, not about persons")
        for test in (test for alternative in condition.where for test in alternative):
            if test.field in PERSONAL and test.op != "exists":
                zh = f"{test.field} 用作条件，就是盯住一个人"
                report.error(rule.place, "P-01", zh, f"a condition on {test.field} is about one person")


def person(word: str) -> bool:
    """Say whether *word* can hardly be anything but somebody's name."""
    if not 2 <= len(word) <= 3 or word[0] not in _SURNAMES or word[-1] in _PLACES:
        return False
    if found := look_up(word):
        return found.tag == "nr"
    if len(word) == 2:
        return word[1] in _GIVEN
    end = look_up(word[1:])
    return look_up(word[:2]) is None and (end is None or end.tag in ("nr", "nz"))


def _rights(rule: Rule, report: Report) -> None:
    louder = {signal for raise_ in rule.level_if for signal in raise_.when.signals}
    conditions: list[Condition] = [rule.signals[name] for name in sorted(louder & set(rule.signals))]
    if rule.level is not Level.L4:
        conditions.append(rule.condition)
    for condition in conditions:
        groups = [*condition.text.must, *condition.text.any] if condition.text else []
        needed = {word for group in groups for word in group}
        for word in sorted(needed & _RIGHTS):
            zh, en = f"“{word}”是群众的正当权利，不应作为升级条件", f"{word!r} is a right; it must not raise a level"
            report.warn(rule.place, "W08", zh, en)


def _praise(rule: Rule, words: Iterable[str], report: Report) -> None:
    """Warn of a loud rule that a single post sets off though none of its words is a danger, nor any field asked."""
    fields = {test.field.partition(".")[0] for tests in rule.condition.where for test in tests}
    known = list(words)
    if (
        rule.type is not RuleType.ANY
        or rule.level is Level.L4
        or not known
        or fields & {"sentiment", "matter", "numbers"}
    ):
        return
    if not any(danger in word for word in known for danger in DANGERS):
        zh = "没有一个险情词，也不看事项或诉求类型：表扬的帖文也会报"
        report.warn(rule.place, "W10", zh, "no word of danger, and no field of the matter: praise would alert too")
