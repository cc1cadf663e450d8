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
    honoured: bool = True


_WORDS: Final[Tree] = {"type": "string"}
_FLAG: Final[Tree] = {"type": "boolean"}
_ANY: Final[Tree] = {}
_SPAN: Final[Tree] = {
    "anyOf": [{"type": "string", "pattern": r"^\s*(\d+(\.\d+)?\s*(ms|[smhdw])\s*)+$"}, {"type": "object"}]
}
_LEVEL: Final[Tree] = {"enum": [word for level in Level for word in (level.colour, level.value, level.chinese)]}
_FIELD: Final[Tree] = {"enum": list(FIELDS)}
_FIELD_LIST: Final[Tree] = {"anyOf": [_FIELD, {"type": "array", "items": _FIELD}]}


def _some(item: Tree) -> Tree:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _map(keys: Sequence[Key], required: Sequence[str] = ()) -> Tree:
    """Return the schema of a mapping with these keys and no others."""
    properties = {key.name: {**key.takes, "description": f"{key.zh} / {key.en}"} for key in keys}
    tree: Tree = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**tree, "required": list(required)} if required else tree


_ENTRY: Final = _some({"type": ["string", "number"]})
_ENTRIES: Final = _some(_ENTRY)

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
    Key("fold", "归一方式，只支持默认的全部", "only the default is supported", _ANY, honoured=False),
    Key("pinyin", "尚未支持，写了会报错", "not supported, an error", _ANY, honoured=False),
    Key("exact", "尚未支持，写了会报错", "not supported, an error", _ANY, honoured=False),
)  # fmt: skip
_MODIFIERS: Final = "in|not_in|contains|startswith|endswith|re|exists|gte|gt|lte|lt|eq"
_TEST: Final[Tree] = {
    "type": "object",
    "patternProperties": {rf"^({'|'.join(FIELDS)})(\|({_MODIFIERS}|or_missing)){{0,2}}$".replace(".", r"\."): {}},
    "additionalProperties": False,
}
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
    Key("group_interval", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("only", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("mute", "尚不起作用", "no effect yet", _ANY, honoured=False),
)
CASE: Final = (
    Key("open", "是否立案，默认除蓝色外都立", "whether a case is opened; by default all but blue", _FLAG),
    Key("key", "哪些字段相同就并入同一案件，可含 rule_id", "what makes two alerts one case",
        _some({"enum": ["rule_id", *FIELDS]})),
    Key("sla", "尚不起作用", "no effect yet", _ANY, honoured=False),
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
RULE: Final = (
    Key("id", "编号：3 到 64 个小写字母、数字、点、下划线", "3 to 64 of a-z 0-9 . _",
        {"type": "string", "pattern": r"^[a-z0-9_.]{3,64}$"}),
    Key("name", "名称，给人看", "the name people see"),
    Key("description", "说明", "more words about it"),
    Key("owner", "谁负责这条规则；可写在 defaults", "who answers for the rule; may stand in defaults"),
    Key("status", "stable 才通知人；test、experimental（默认）只记录；deprecated 待停用",
        "only stable speaks to people; test and experimental (default) are recorded", {"enum": list(Status)}),
    Key("level", "关注级别：red、orange、yellow、blue", "attention level", _LEVEL),
    Key("match", "什么样的帖文算命中", "which posts count", _map(CONDITION)),
    Key("signals", "附加信号：名称对应一个条件，供 level_if 使用", "named further conditions for level_if",
        {"type": "object", "additionalProperties": _map(CONDITION)}),
    Key("type", "any：一条就报；frequency：timeframe 之内数到 num_events 才报", "any: one is enough; frequency: counted",
        {"enum": list(RuleType)}),
    Key("group_by", "按哪些字段分开计数", "count apart by these fields", _FIELD_LIST),
    Key("query_key", "group_by 的旧写法", "an older spelling of group_by", _FIELD_LIST),
    Key("group-by", "group_by 的旧写法", "an older spelling of group_by", _FIELD_LIST),
    Key("count_by", "数什么，默认 id（条数）；author.key 为不同的人", "what is counted, by default posts", _FIELD),
    Key("num_events", "数到几报", "how many make an alert", {"type": "integer", "minimum": 1}),
    Key("timeframe", "多长时间之内", "within how long", _SPAN),
    Key("allowed_lateness", "迟到多久的帖文仍计入，默认 24h", "how late a post may come and still count", _SPAN),
    Key("max_event_age", "多旧的帖文不再报，默认 7d", "older posts raise nothing", _SPAN),
    Key("immediate_if", "表达式成立就立即报，不等数够", "an expression that needs no counting"),
    Key("level_if", "表达式成立就升级", "raise the level if an expression holds",
        {"type": "array", "items": _map(LEVEL_IF, ("when", "level"))}),
    Key("notify", "怎样通知", "how people hear of it", _map(NOTIFY)),
    Key("case", "怎样立案", "how cases are opened", _map(CASE)),
    Key("annotations", "写给人看的话", "words for people", _map(ANNOTATIONS)),
    Key("privacy", "mask：文字本来就已脱敏，写不写都一样", "mask: texts are masked anyway", {"type": "object"}),
    Key("examples", "例句，随 yuqing check 和 test-rules 运行", "tested by check and test-rules", _map(EXAMPLES)),
    Key("for", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("keep_firing_for", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("escalation", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("suppress", "尚不起作用", "no effect yet", _ANY, honoured=False),
    Key("labels", "尚不起作用", "no effect yet", _ANY, honoured=False),
)  # fmt: skip
DEFAULTS: Final = (
    Key("owner", "各条规则的负责方", "who answers for the rules"),
    Key("timezone", "时区，如 Asia/Shanghai", "time zone"),
    Key("allowed_lateness", "迟到多久仍计入", "how late a post may come", _SPAN),
    Key("match", "加给每条规则的 where", "a where that is added to every rule", _map((CONDITION[1],))),
)
_WORD_LISTS: Final[Tree] = {"type": "object", "additionalProperties": _ENTRIES}
RULE_FILE: Final = (
    Key("schema", "固定写 yuqing-rule/v1", "always yuqing-rule/v1", {"const": "yuqing-rule/v1"}),
    Key("defaults", "全文件共用的", "what all rules of the file share", _map(DEFAULTS)),
    Key("lists", "词表，用 @名称 引用", "word lists, named with @", {"type": "object"}),
    Key("variants", "一个词的其他写法，处处当作同一个词", "other spellings of a word", _WORD_LISTS),
    Key("rules", "规则列表", "the rules",
        {"type": "array", "items": _map(RULE, ("id", "name", "level", "match", "type"))}),
)  # fmt: skip
SECTIONS: Final[Mapping[str, Sequence[Key]]] = {
    "": RULE_FILE,
    "defaults": DEFAULTS,
    "rules[]": RULE,
    "rules[].match": CONDITION,
    "rules[].match.text": TEXT,
    "rules[].match.text.near[]": NEAR,
    "rules[].level_if[]": LEVEL_IF,
    "rules[].notify": NOTIFY,
    "rules[].case": CASE,
    "rules[].annotations": ANNOTATIONS,
    "rules[].examples": EXAMPLES,
}


def schema() -> Tree:
    """Return the JSON Schema of a rule file."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, "title": "yuqing-rule/v1", **_map(RULE_FILE, ("schema", "rules"))}


def published() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else FILE).write_text(published(), encoding="utf-8")
