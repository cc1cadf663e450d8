"""What a rule file may hold, as a JSON Schema for editors and as words for the guide.

``python -m pipeline.rulebook.schema [FILE]`` writes it. An editor that knows it completes keys and underlines
mistakes while somebody writes; ``yuqing check`` finds more (words that exclude each other, fields that do not fit).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.model import FIELDS, Level
from pipeline.rulebook.assemble import INHERITED, MASKS
from pipeline.rulebook.condition import FOLDS
from pipeline.rulebook.kinds import OWN_LIST, SOURCES
from pipeline.rulebook.rule import RuleType, Status

FILE: Final = Path("docs/schema/yuqing-rule-v1.json")
Tree = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """One key of a rule file: what it means, and which values it takes."""

    name: str
    zh: str
    en: str
    takes: Tree = field(default_factory=lambda: dict(_WORDS))


_WORDS: Final[Tree] = {"type": "string"}
_FLAG: Final[Tree] = {"type": "boolean"}
_SPAN: Final[Tree] = {
    "anyOf": [{"type": "string", "pattern": r"^\s*(\d+(\.\d+)?\s*(ms|[smhdw])\s*)+$"}, {"type": "object"}]
}
_CLOCK: Final[Tree] = {
    "anyOf": [{"type": "string", "pattern": r"^\s*((\d+(\.\d+)?\s*(ms|[smhdw])\s*)+|\d+\s*wd\s*)$"}, {"type": "object"}]
}
_COUNT: Final[Tree] = {"type": "integer", "minimum": 1}
_NUMBER: Final[Tree] = {"type": "number"}
_PERCENT: Final[Tree] = {"type": "number", "minimum": 0, "maximum": 100}
_LEVEL: Final[Tree] = {"$ref": "#/$defs/level"}
_FIELD: Final[Tree] = {"$ref": "#/$defs/field"}
_FIELD_LIST: Final[Tree] = {"anyOf": [_FIELD, {"type": "array", "items": _FIELD}]}


def _some(item: Tree) -> Tree:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _map(keys: Sequence[Key], required: Sequence[str] = ()) -> Tree:
    """Return the schema of a mapping with these keys and no others."""
    properties = {key.name: {**key.takes, "description": f"{key.zh} / {key.en}"} for key in keys}
    tree: Tree = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**tree, "required": list(required)} if required else tree


_ENTRY: Final = _some({"type": ["string", "number"]})
_ENTRIES: Final[Tree] = {"$ref": "#/$defs/words"}

NEAR: Final = (
    Key("a", "一边的词", "words of one side", _ENTRIES),
    Key("b", "另一边的词", "words of the other side", _ENTRIES),
    Key("within", "两词最多相隔几个字，1 到 200", "at most so many characters apart, 1 to 200", {"type": "integer"}),
    Key("ordered", "a 必须在 b 之前", "a must stand before b", _FLAG),
    Key("same", "同一句（sentence，默认）或同一段文字（field）之内", "within one sentence or field",
        {"enum": ["sentence", "field"]}),
)  # fmt: skip
TEXT: Final = (
    Key("fields", "在哪里找：title、text（默认两者）", "where to look", _some({"enum": ["title", "text", "content"]})),
    Key("must", "每一项都要出现；一项写成列表则出现其一即可", "all of these; a list inside counts as one", _ENTRIES),
    Key("any", "出现其中 min 项即可", "at least min of these", _ENTRIES),
    Key("min", "any 至少出现几项，默认 1", "how many of any, by default 1", {"type": "integer", "minimum": 1}),
    Key("none", "出现任何一个就不命中", "none of these may stand there", _ENTRIES),
    Key("except", "屏蔽短语：只让短语里面的那处命中作废", "phrases that void the hits inside them", _ENTRIES),
    Key("near", "两组词要靠得近", "two groups of words close to each other", {"type": "array", "items": _map(NEAR)}),
    Key("fold", "归一方式：width 全半角、case 大小写、trad 繁简、noise 夹字（默认这四种），另有 digit 中文数字；off 为不归一",
        "how words are folded; by default all but digit", _some({"enum": [*FOLDS, "digit", "off"]})),
    Key("pinyin", "这些词逐字可换拼音：讨xin、taoxin", "each character of these words may be pinyin", _ENTRIES),
    Key("exact", "这些词按原样找，不归一", "these words are found as written, unfolded", _ENTRIES),
)  # fmt: skip
_MODIFIERS: Final = "in|not_in|contains|startswith|endswith|re|exists|gte|gt|lte|lt|eq|cidr"
_TEST: Final[Tree] = {"$ref": "#/$defs/test"}
_MATCH: Final[Tree] = {"$ref": "#/$defs/condition"}
CONDITION: Final = (
    Key("text", "文字条件", "words", _map(TEXT)),
    Key("where", "字段条件：字段|比较方式: 值；写成列表则满足其一即可", "comparisons on fields; a list means any of them",
        _some(_TEST)),
)  # fmt: skip
NOTIFY: Final = (
    Key("route", "通知路由，接收方按它挑选，默认 root", "receivers choose by it"),
    Key("group_wait", "首次通知前等多久，以便合并；红色须为 0s", "wait before the first message; 0s for red", _SPAN),
    Key("repeat_interval", "未签收时多久再提醒，默认 4h", "say it again after so long if nobody acknowledged", _SPAN),
    Key("resolve_after", "安静多久算平息，默认同 timeframe（至少 1h）", "quiet for so long means over", _SPAN),
    Key("group_interval", "同组有新情况时最快多久说一次，默认 10m", "at most one message of a group in so long", _SPAN),
    Key("only", "只在这些时段说（时段名）；红色不能用", "speak only in these intervals; not for red", _some(_WORDS)),
    Key("mute", "这些时段不说（时段名）；红色不能用", "do not speak in these intervals; not for red", _some(_WORDS)),
    Key("queue", "只进队列：立案，不通知人；只用于蓝色规则，升级后照常通知", "only queue: open the case and tell nobody; for blue rules, louder alerts are told", _FLAG),
)  # fmt: skip
CASE: Final = (
    Key("open", "是否立案，默认除蓝色外都立", "whether a case is opened; by default all but blue", _FLAG),
    Key("key", "哪些字段相同就并入同一案件，可含 rule_id", "what makes two alerts one case",
        _some({"enum": ["rule_id", *FIELDS]})),
    Key("topics", "按哪些事项的单位承办：第一项的牵头，其余各出一家协办；默认按帖文的事项",
        "the matters whose units handle it: those of the first lead, one of each other helps; by default that of the posts",
        _some({"enum": [*FIELDS["matter.topic"].values]})),
    Key("sla", "按哪套时限办理", "which set of time limits holds"),
)  # fmt: skip
ANNOTATIONS: Final = (
    Key("summary", "一句话说明，Jinja2 模板", "one sentence, a Jinja2 template"),
    Key("advice", "处置建议，Jinja2 模板", "what to do, a Jinja2 template"),
)
_EXAMPLE: Final[Tree] = {
    "anyOf": [{"type": "string"}, {"type": "object", "propertyNames": _FIELD}],
}
EXAMPLES: Final = (
    Key("match", "应命中的例句", "texts that must match", _some(_EXAMPLE)),
    Key("no_match", "不应命中的例句", "texts that must not", _some(_EXAMPLE)),
)
LEVEL_IF: Final = (
    Key("when", "表达式，如 count >= 30", "an expression"),
    Key("level", "成立时升到这一级", "the level if it holds", _LEVEL),
)
SUPPRESS: Final = (
    Key("inhibited_by", "那条规则正在报时（规则编号）", "while that rule's alert is open"),
    Key("notice", "有这种公告时", "while a notice of that name is in force"),
    Key("equal", "哪些字段相同才算", "only if these fields agree", _FIELD_LIST),
    Key("action", "merge 并入、downgrade 降级、hold 暂缓", "what happens to the alert",
        {"enum": ["merge", "downgrade", "hold"]}),
    Key("to", "降到哪一级", "the level of a downgrade", _LEVEL),
    Key("max", "最多暂缓多久，24h 以内，到时补报", "how long a hold may last; then it is said", _SPAN),
)  # fmt: skip
REFERENCE: Final = (
    Key("mode", "previous 与前一个窗口比（默认）；same_period 与前几天同一时段比", "what to compare with",
        {"enum": ["previous", "same_period"]}),
    Key("days", "same_period 看前几天，默认 7", "how many days back", _COUNT),
    Key("agg", "怎样合成参照，默认 median", "how they are put together", {"enum": ["median", "mean", "max"]}),
    Key("same_daytype", "工作日只比工作日，休息日只比休息日，默认是", "only days of the same kind", _FLAG),
)  # fmt: skip
EXPECT: Final = (
    Key("from", "该有动静的名单从哪来，也可以是名录里自己的名单，如 directory.wells",
        "where the expected keys are listed; also a list of the directory's own, such as directory.wells",
        {"anyOf": [{"enum": list(SOURCES)}, {"type": "string", "pattern": f"^{OWN_LIST.pattern}$"}]}),
    Key("key", "名单里的哪一项，默认 id", "which entry of the list is the key"),
    Key("exempt", "这些状态的不算", "entries in these states do not count", _some(_WORDS)),
)  # fmt: skip
SILENCE_STAGE: Final = (
    Key("after", "多久没有动静", "silent for so long", _CLOCK),
    Key("level", "那时的级别", "the level then", _LEVEL),
)
DUE_STAGE: Final = (
    Key("at", "用掉多少时限，如 80%", "how much of the time is gone",
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*%\s*$"}),
    Key("level", "那时的级别", "the level then", _LEVEL),
)  # fmt: skip
GUARD: Final = (
    Key("max_gap", "信源自己断了这么久，就报监测盲区", "a source silent for so long is a blind spot", _SPAN),
)
_STAGES: Final[Tree] = {
    "type": "array",
    "items": {"anyOf": [_map(SILENCE_STAGE, ("after", "level")), _map(DUE_STAGE, ("at", "level"))]},
}
_CONDITION: Final[Tree] = {"anyOf": [_MATCH, _map((Key("match", "条件", "a condition", _MATCH),))]}
_BY_TYPE: Final = (
    Key("num_events", "frequency：数到几报", "frequency: how many make an alert", _COUNT),
    Key("timeframe", "多长时间之内；flatline 可写 5wd（工作日）", "within how long", _CLOCK),
    Key("field", "cardinality、new_term、change：看哪个字段", "the field that is watched", _FIELD),
    Key("gte", "cardinality、percentage：到这么多就报", "fires from so much up", _NUMBER),
    Key("lte", "cardinality、percentage：低到这么多就报", "fires from so much down", _NUMBER),
    Key("spike_type", "spike：up 升、down 降、both", "spike: which way", {"enum": ["up", "down", "both"]}),
    Key("spike_height", "spike：参照的几倍，大于 1", "spike: how many times the reference", _NUMBER),
    Key("threshold_cur", "spike：当前窗口至少几条", "spike: the window holds at least so many", _COUNT),
    Key("reference", "spike：与什么比", "spike: what it is measured against", _map(REFERENCE)),
    Key("ref_floor", "spike：参照不足这么多时按这么多算，默认 1", "spike: the reference is at least so much", _NUMBER),
    Key("cold_start", "spike：还没有历史时怎么办，默认 threshold_only", "spike: what to do without a past",
        {"enum": ["threshold_only", "hold"]}),
    Key("of", "percentage：占哪些帖文的比例", "percentage: the share of which posts", _CONDITION),
    Key("min_denominator", "percentage：至少有几条才算比例，默认 20", "percentage: posts needed to tell", _COUNT),
    Key("metric", "growth：看哪个计数", "growth: the count that is watched", _FIELD),
    Key("delta", "growth：净增多少", "growth: by how much it rises", _NUMBER),
    Key("ratio", "growth：增到几倍", "growth: to how many times it rises", _NUMBER),
    Key("min_base", "growth：基数至少多少才算倍数，默认 100", "growth: the least base of a ratio", _NUMBER),
    Key("expect", "flatline：谁该有动静", "flatline: who is to be heard from", _map(EXPECT, ("from",))),
    Key("threshold", "flatline：少于几条算没有动静，默认 1", "flatline: fewer posts than this is silence", _COUNT),
    Key("grace", "flatline：宽限", "flatline: extra time", _CLOCK),
    Key("source_guard", "flatline：信源自己断了怎么办", "flatline: if the source itself is away", _map(GUARD)),
    Key("stages", "flatline、deadline：分几步升级", "flatline, deadline: the steps of the level", _STAGES),
    Key("lookback", "new_term：多久没见过算新，默认 30d", "new_term: new if unseen for so long", _SPAN),
    Key("min_people", "new_term：几个不同的人说才算，默认 1", "new_term: distinct voices needed", _COUNT),
    Key("ignore_null", "change：缺失不算变，默认是", "change: a missing value is no change", _FLAG),
    Key("steps", "sequence：依次是哪些信号", "sequence: names of signals", {"type": "array", "items": _WORDS}),
    Key("ordered", "sequence：必须按顺序，默认是", "sequence: in their order", _FLAG),
    Key("key", "deadline：同一件事看哪个字段", "deadline: the field that names one matter", _FIELD),
    Key("start", "deadline：从什么帖文起计时", "deadline: what starts the clock", _CONDITION),
    Key("until", "deadline：到什么帖文为止", "deadline: what stops it", _CONDITION),
    Key("within", "deadline：时限，48h 或 5wd（工作日）", "deadline: the time allowed", _CLOCK),
    Key("pause", "deadline：这样的帖文让钟停下，到同一件事的下一条别的帖文为止",
        "deadline: such a post stops the clock until the next other one", _CONDITION),
)  # fmt: skip
RULE: Final = (
    Key("id", "编号：3 到 64 个小写字母、数字、点、下划线", "3 to 64 of a-z 0-9 . _",
        {"type": "string", "pattern": r"^[a-z0-9_.]{3,64}$"}),
    Key("name", "名称，给人看", "the name people see"),
    Key("description", "说明", "more words about it"),
    Key("owner", "谁负责这条规则；可写在 defaults", "who answers for the rule; may stand in defaults"),
    Key("status", "stable 才通知人；test、experimental（默认）只记录；deprecated 待停用",
        "only stable speaks to people; test and experimental (default) are recorded", {"enum": list(Status)}),
    Key("level", "关注级别：red、orange、yellow、blue", "attention level", _LEVEL),
    Key("match", "什么样的帖文算命中", "which posts count", _MATCH),
    Key("signals", "附加信号：名称对应一个条件，供 level_if 使用", "named further conditions for level_if",
        {"type": "object", "additionalProperties": _MATCH}),
    Key("type", "怎样数，见上", "how hits are counted, see above", {"enum": list(RuleType)}),
    Key("group_by", "按哪些字段分开计数", "count apart by these fields", _FIELD_LIST),
    Key("query_key", "group_by 的旧写法", "an older spelling of group_by", _FIELD_LIST),
    Key("group-by", "group_by 的旧写法", "an older spelling of group_by", _FIELD_LIST),
    Key("by", "group_by 的旧写法", "an older spelling of group_by", _FIELD_LIST),
    Key("count_by", "数什么，默认 id（条数）；author.key 为不同的人", "what is counted, by default posts", _FIELD),
    Key("allowed_lateness", "迟到多久的帖文仍计入，默认 24h", "how late a post may come and still count", _SPAN),
    Key("max_event_age", "多旧的帖文不再报，默认 7d", "older posts raise nothing", _SPAN),
    Key("immediate_if", "表达式成立就立即报，不等数够", "an expression that needs no counting"),
    Key("level_if", "表达式成立就升级", "raise the level if an expression holds",
        {"type": "array", "items": _map(LEVEL_IF, ("when", "level"))}),
    Key("notify", "怎样通知", "how people hear of it", _map(NOTIFY)),
    Key("case", "怎样立案", "how cases are opened", _map(CASE)),
    Key("annotations", "写给人看的话", "words for people", _map(ANNOTATIONS)),
    Key("privacy", "mask：通知文字里盖住哪些", "mask: what is covered in messages",
        _map((Key("mask", "盖住哪些", "what is covered", _some({"enum": list(MASKS)})),))),
    Key("examples", "例句，随 yuqing check 和 test-rules 运行", "tested by check and test-rules", _map(EXAMPLES)),
    Key("for", "条件要持续这么久才报", "the condition must have held for so long", _SPAN),
    Key("keep_firing_for", "条件不再成立后仍算持续这么久", "it goes on for so long after the condition ended", _SPAN),
    Key("escalation", "按哪套升级办法，默认随路由", "which escalation; the route's by default"),
    Key("suppress", "什么时候并入、降级、暂缓", "when it is merged, lowered, held", {"type": "array", "items": _map(SUPPRESS)}),
    Key("labels", "附带的标签，值是模板", "labels; their values are templates", {"type": "object"}),
    Key("timezone", "时区，默认 Asia/Shanghai", "time zone"),
    *_BY_TYPE,
)  # fmt: skip
_SHARED_MATCH: Final = _map(
    (Key("text", "加给每条规则的 none、except、fold、fields", "what is added to every text",
         _map(tuple(key for key in TEXT if key.name in ("fields", "none", "except", "fold")))), CONDITION[1])
)  # fmt: skip
DEFAULTS: Final = (
    Key("match", "加给每条规则的条件；同一字段以规则自己的为准", "what is asked of every rule's posts", _SHARED_MATCH),
    *(key for key in RULE if key.name in INHERITED),
)
_WORD_LISTS: Final[Tree] = {"type": "object", "additionalProperties": _ENTRIES}
RULE_FILE: Final = (
    Key("schema", "固定写 yuqing-rule/v1", "always yuqing-rule/v1", {"const": "yuqing-rule/v1"}),
    Key("defaults", "全文件共用的", "what all rules of the file share", _map(DEFAULTS)),
    Key("lists", "词表，用 @名称 引用", "word lists, named with @", {"type": "object"}),
    Key("variants", "一个词的其他写法，处处当作同一个词", "other spellings of a word", _WORD_LISTS),
    Key("rules", "规则列表", "the rules",
        {"type": "array", "items": _map(RULE, ("id", "name"))}),
)  # fmt: skip
SECTIONS: Final[Mapping[str, Sequence[Key]]] = {
    "": RULE_FILE,
    "defaults": DEFAULTS,
    "rules[]": RULE,
    "rules[].match": CONDITION,
    "rules[].match.text": TEXT,
    "rules[].match.text.near[]": NEAR,
    "rules[].level_if[]": LEVEL_IF,
    "rules[].reference": REFERENCE,
    "rules[].expect": EXPECT,
    "rules[].source_guard": GUARD,
    "rules[].stages[] (flatline)": SILENCE_STAGE,
    "rules[].stages[] (deadline)": DUE_STAGE,
    "rules[].suppress[]": SUPPRESS,
    "rules[].notify": NOTIFY,
    "rules[].case": CASE,
    "rules[].annotations": ANNOTATIONS,
    "rules[].examples": EXAMPLES,
}


_DEFS: Final[Mapping[str, Tree]] = {
    "field": {"enum": list(FIELDS)},
    "level": {"enum": [word for level in Level for word in (level.colour, level.value, level.chinese)]},
    "condition": _map(CONDITION),
    "words": _some(_ENTRY),
    "test": {
        "type": "object",
        "patternProperties": {rf"^({'|'.join(FIELDS)})(\|({_MODIFIERS}|or_missing)){{0,2}}$".replace(".", r"\."): {}},
        "additionalProperties": False,
    },
}


def schema() -> Tree:
    """Return the JSON Schema of a rule file."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": "yuqing-rule/v1", "$defs": dict(_DEFS), **_map(RULE_FILE, ("schema", "rules"))}


def published() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else FILE).write_text(published(), encoding="utf-8")
