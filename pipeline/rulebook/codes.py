"""Every code of the linter: what it says, in Chinese and English, and who finds it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Finder(StrEnum):
    """Who finds a fault: reading the file, or ``yuqing check``, which has the settings too."""

    READ = "读入 / on reading"
    CHECK = "yuqing check"


class Code(NamedTuple):
    zh: str
    en: str
    finder: Finder = Finder.READ


CODES: Final[dict[str, Code]] = {
    "E01": Code("不是 YAML、制表符、重复的键、别名、嵌套过深、文件过大", "not YAML, tabs, a key twice, aliases, too deep, too large"),
    "E02": Code("没有这个键", "unknown key"),
    "E03": Code("类型不对", "wrong type of value"),
    "E04": Code("缺少必需的键", "a required key is missing"),
    "E05": Code("编号不合格式或重复", "bad or duplicate id"),
    "E06": Code("没有这个状态、级别、类型或选项", "unknown status, level, type or choice"),
    "E07": Code("这种类型没有这个键", "the key is not valid for this type"),
    "E08": Code("把全角标点当语法用", "full-width punctuation used as syntax"),
    "E09": Code("不加引号会变成真假值、数字或时间", "unquoted, it turns into a boolean, number or time"),
    "E10": Code("不是 UTF-8，或有看不见的字符", "not UTF-8, or an invisible character"),
    "E11": Code("词为空，或归一后为空", "a word is empty, perhaps after folding"),
    "E12": Code("一个词既要出现又要排除", "a word is both wanted and excluded"),
    "E13": Code("屏蔽短语或 exact 的词不起作用", "an except phrase or exact word does nothing"),
    "E14": Code("near 缺一边，或 within 不在 1 到 200", "near lacks a side, or within is not 1 to 200"),
    "E15": Code("min 大于 any 的项数", "min is greater than the number of entries"),
    "E16": Code("没有这个词表或词表文件，词表为空、循环或不是 UTF-8", "unknown, empty or circular list, or one that is not UTF-8"),
    "E17": Code("变体循环", "variants in a circle"),
    "E18": Code("正则表达式不对、嵌套重复或没有固定的字", "bad regular expression, nested repeats, or no literal part"),
    "E19": Code("pinyin 的词是单字、缩写或没有用到", "a pinyin word is one character, initials or unused"),
    "E20": Code("没有任何能命中的条件，会匹配所有帖文", "nothing positive: it matches everything"),
    "E21": Code("没有这个字段", "unknown field"),
    "E22": Code("比较方式与字段不配", "the modifier does not fit the field"),
    "E23": Code("数字加了引号", "a number is quoted"),
    "E24": Code("表达式不对：语法、名字、调用", "bad expression: syntax, a name, a call"),
    "E25": Code("信号或步骤没有定义，或定义了没用到", "a signal or step is not defined, or never used"),
    "E26": Code("模板不对，或用了没有的名字", "bad template, or an unknown name in it"),
    "E27": Code("比较永远成立或永远不成立", "a comparison that always or never holds"),
    "E28": Code("case.key 的字段不在 group_by 里", "a field of case.key is not among group_by"),
    "E31": Code("时长缺失、为零、单位不对，wd 用错地方", "a duration is missing, zero, of an unknown unit, or wd out of place"),
    "E32": Code("窗口比能记住的还长", "the window is longer than what is remembered"),
    "E33": Code("allowed_lateness 比消息保留得还久", "allowed_lateness is longer than messages are kept", Finder.CHECK),
    "E34": Code("num_events 小于 1，或用于 type: any 时大于 1", "num_events below 1, or above 1 for type any"),
    "E35": Code("spike_height 不大于 1，或没有 threshold_cur", "spike_height not above 1, or no threshold_cur"),
    "E36": Code("same_period 的 timeframe 超过 24h，或 days 不合适", "same_period with a timeframe above 24h, or bad days"),
    "E37": Code("百分比不在 0 到 100，或 min_denominator 为 0", "percentage outside 0 to 100, or min_denominator 0"),
    "E38": Code("growth 没有 delta 或 ratio", "growth without delta or ratio"),
    "E39": Code("flatline 没有 expect，或 group_by 与它对不上", "flatline without expect, or group_by not comparable"),
    "E40": Code("stages 不递增，或没有走到头", "stages do not grow, or do not reach the end"),
    "E41": Code("deadline 的起点和终点相同", "start and until of a deadline are the same"),
    "E42": Code("sequence 少于两步，或步骤重复", "a sequence of fewer than two steps, or a repeated one"),
    "E51": Code("level_if 不可能更高", "a level_if that can never raise"),
    "E52": Code("红色（或能升到红色）的规则不能等、不能静音", "a rule that is or can become red waits or is muted"),
    "E55": Code("只进队列的规则不是蓝色，或不立案", "a rule that only queues is not blue, or opens no case"),
    "E56": Code("repeat_interval 比 group_interval 短", "repeat_interval shorter than group_interval"),
    "E57": Code("互相抑制或抑制自己", "rules that inhibit each other, or themselves"),
    "E59": Code("规则文件里有密码或令牌", "a secret in a rule file"),
    "E61": Code("有文字条件的规则缺正例或反例", "a text rule lacks one kind of examples"),
    "E62": Code("例句的结果不对", "an example gives the wrong answer"),
    "E63": Code("计时测试的规则不存在，或测试文件不对", "a timed test of an unknown rule, or a bad test file", Finder.CHECK),
    "E64": Code("stable 规则没有计时测试", "a stable rule without a timed test", Finder.CHECK),
    "W00": Code("旧写法", "an older spelling"),
    "W01": Code("单字或太常见的词单独成条件", "one character or a very common word alone"),
    "W02": Code("词是更长的常用词的一部分", "the word is part of longer common words", Finder.CHECK),
    "W03": Code("与外地重名的地名", "a place name that another city has too"),
    "W05": Code("group_by 的取值太多", "group_by has too many values"),
    "W07": Code("两条规则的条件相同", "two rules with the same condition"),
    "W08": Code("行使权利被用来提高级别", "using a right raises the level"),
    "W09": Code("条件涉及作者身份、语言、文字", "a condition on who the author is, on language or script"),
    "W10": Code("表扬也会告警", "praise would alert"),
    "W11": Code("通知里有原文而没有打码", "original text in annotations, unmasked"),
    "W15": Code("险情规则靠模型打分筛选", "a danger rule filtered by a model score"),
    "P-01": Code("规则针对个人", "a rule about a person"),
    "P-02": Code("以民族、宗教、礼拜场所、语言或批评干部为触发词", "ethnicity, religion, worship, language or criticism of officials as a trigger"),
}  # fmt: skip
