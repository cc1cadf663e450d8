"""One name per field (ARCHITECTURE §5.1): the same in messages, rules, index, search, API and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Final

from pipeline.model.analysed import AnalysedPost

Value = str | float | int | bool | datetime | tuple[str, ...] | None


class Type(StrEnum):
    TEXT = "text"  # searched by words
    KEYWORD = "keyword"  # compared whole
    KEYWORDS = "keywords"  # several, each compared whole
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"


@dataclass(frozen=True)
class Field:
    """A field's name, type, what it means (shown to users, Chinese), and where an analysed post has it."""

    name: str
    type: Type
    zh: str
    path: tuple[str, ...]
    values: tuple[str, ...] = ()  # the only possible ones, if they can be listed

    @cached_property
    def _read(self) -> Callable[[AnalysedPost], Value]:
        return attrgetter(".".join(self.path))

    @property
    def part(self) -> tuple[str, ...]:
        """The part of a post that it stands in."""
        return self.path[:-1]

    def of(self, doc: AnalysedPost) -> Value:
        """Return the value in *doc*; None, an empty text and an empty list all mean "missing"."""
        try:
            value: Value = self._read(doc)
        except AttributeError:  # a part of the post is not there
            return None
        if type(value) is str:  # most are, and a rule asks of every post
            return value or None
        if isinstance(value, StrEnum):
            return value._value_  # ``value`` is a property that takes five times as long
        return value if value != () else None


_PART: Final = attrgetter("part")


class Values:
    """Reads many fields at once: those that stand side by side in one part of a post by one look."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._parts: list[tuple[tuple[str, ...], tuple[str, ...], Callable[[object], tuple[object, ...]]]] = []
        for parents, some in groupby(sorted(fields, key=_PART), key=_PART):
            beside = list(some)
            names = tuple([field.name for field in beside])
            self._parts.append((parents, names, side_by_side(beside)))

    def of(self, doc: AnalysedPost) -> dict[str, Value]:
        """Return what ``Field.of`` says of each field that has a value in *doc*."""
        found: dict[str, Value] = {}
        for parents, names, read in self._parts:
            part: object = doc
            for step in parents:
                part = getattr(part, step)
                if part is None:
                    break
            else:
                for name, value in zip(names, read(part), strict=True):
                    if value is not None and value != "" and value != ():
                        found[name] = str(value.value) if isinstance(value, Enum) else value  # type: ignore[assignment]
        return found


def side_by_side(fields: Sequence[Field]) -> Callable[[object], tuple[object, ...]]:
    """Return what reads *fields*, one or more, from the part of a post that all of them stand in."""
    names = [field.path[-1] for field in fields]
    if len(names) > 1:
        return attrgetter(*names)
    alone = attrgetter(*names)
    return lambda part: (alone(part),)


def _field(name: str, type_: Type, zh: str, path: str, values: tuple[str, ...] = ()) -> Field:
    return Field(name, type_, zh, tuple(path.split(".")), values)


TOPICS: Final = tuple(
    "water power gas heat property housing city noise traffic transit environment market food health education "
    "labor social land rural safety disaster service culture fraud account other".split()
)
APPEAL_TYPES: Final = ("inquiry", "help", "complaint", "report", "suggestion", "praise")
_KINDS = ("article", "post", "comment", "reply", "message", "workorder", "answer", "ranking")
_CLASSES = tuple(
    "forum portal_comment app wechat weibo short_video news_central news_province news_local hotline mailbox "
    "official other".split()
)
_K, _N, _T = Type.KEYWORD, Type.NUMBER, Type.TIME

FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        _field("at", _T, "事件时间", "post.at"),
        _field("fetched_at", _T, "采集时间", "post.fetched_at"),
        _field("id", _K, "帖文编号", "post.id"),
        _field("native_id", _K, "来源内编号", "post.native_id"),
        _field("rev", _K, "内容版本", "post.rev"),
        _field("op", _K, "动作", "post.op", ("upsert", "delete", "observe")),
        _field("kind", _K, "体裁", "post.kind", _KINDS),
        _field("url", _K, "链接", "post.url"),
        _field("title", Type.TEXT, "标题（已脱敏）", "post.title"),
        _field("text", Type.TEXT, "正文（已脱敏）", "post.text"),
        _field("lang", _K, "语言", "text.lang"),
        _field("source.id", _K, "信源", "post.source.id"),
        _field("source.class", _K, "信源类别", "post.source.class_", _CLASSES),
        _field("source.connector", _K, "采集方式", "post.source.connector"),
        _field("platform", _K, "平台", "post.platform"),
        _field("author.key", _K, "作者假名（仅用于数人数）", "post.author.key"),
        _field("account.id", _K, "本区政务账号", "post.account.id"),
        _field("thread.root_id", _K, "主帖", "post.thread.root_id"),
        _field("thread.parent_id", _K, "上一层", "post.thread.parent_id"),
        _field("thread.repost_of", _K, "转自", "post.thread.repost_of"),
        _field("engagement.like", _N, "点赞数", "post.engagement.like"),
        _field("engagement.comment", _N, "评论数", "post.engagement.comment"),
        _field("engagement.share", _N, "转发数", "post.engagement.share"),
        _field("engagement.view", _N, "阅读数", "post.engagement.view"),
        _field("order.id", _K, "工单编号", "post.order.id"),
        _field("order.unit", _K, "承办单位", "post.order.unit"),
        _field("order.status", _K, "工单状态", "post.order.status"),
        _field("sentiment.label", _K, "情感倾向", "sentiment.label", ("neg", "neu", "pos")),
        _field("sentiment.p_neg", _N, "负面概率", "sentiment.p_neg"),
        _field("sentiment.p_pos", _N, "正面概率", "sentiment.p_pos"),
        _field("matter.topic", _K, "事项", "matter.topic", TOPICS),
        _field("matter.appeal_type", _K, "诉求类型", "matter.appeal_type", APPEAL_TYPES),
        _field("matter.msg_kind", _K, "留言类别", "matter.msg_kind"),
        _field("matter.department", _K, "部门类别", "matter.department"),
        _field("matter.domain", _K, "领域", "matter.domain"),
        _field("matter.harm", _K, "危害度", "matter.harm", ("H0", "H1", "H2", "H3")),
        _field("matter.needs_human", Type.BOOLEAN, "需人工研判", "matter.needs_human"),
        _field("matter.accusation", Type.BOOLEAN, "检举控告（封存）", "matter.accusation"),
        _field("parts.topic", Type.KEYWORDS, "长文各件事项", "topics", TOPICS),
        _field("place.status", _K, "属地判断", "place.status", ("known", "unknown", "out_of_territory")),
        _field("place.district", _K, "区县", "place.district"),
        _field("place.street", _K, "街道乡镇", "place.street"),
        _field("place.community", _K, "小区村社", "place.community"),
        _field("place.facility", _K, "设施", "place.facility"),
        _field("place.site", _K, "工地项目", "place.site"),
        _field("place.road", _K, "道路", "place.road"),
        _field("place.confidence", _N, "属地可信度", "place.confidence"),
        _field("numbers.deaths", _N, "文中死亡人数", "numbers.deaths"),
        _field("numbers.injured", _N, "文中受伤人数", "numbers.injured"),
        _field("numbers.people", _N, "文中人数", "numbers.people"),
        _field("numbers.amount", _N, "文中金额（元）", "numbers.amount"),
        _field("watch", Type.KEYWORDS, "专题", "watch"),
        _field("cluster.id", _K, "近似重复簇", "cluster.id"),
        _field("cluster.kind", _K, "重复方式", "cluster.kind", ("first", "exact", "near", "repost")),
        _field("event.id", _K, "事件", "event.id"),
        _field("party.id", _K, "涉事主体（名录内单位）", "party.id"),
        _field("party.name", _K, "涉事主体", "party.name"),
        _field("sentiment.emotion", _K, "情绪", "sentiment.emotion"),
        _field("gate.status", _K, "准入判断", "gate.status", ("relevant", "irrelevant", "spam", "insufficient_text")),
        _field("privacy.classes", Type.KEYWORDS, "出现过的个人信息类别", "privacy.classes"),
        _field("privacy.minor", Type.BOOLEAN, "涉未成年人", "privacy.minor"),
        _field("privacy.sealed", Type.BOOLEAN, "封存", "privacy.sealed"),
        _field("flags", Type.KEYWORDS, "标记", "flags"),
    )
}


PERSONAL: Final = frozenset({"author.key"})
"""Fields that count voices in rules and are nobody's to search, list or print (DOMAIN P-06, §3.4)."""

REVEALING: Final = frozenset({"title", "text", "url", "native_id"})
"""Fields that say what a withheld post said, or lead there."""


def value_of(doc: AnalysedPost, name: str) -> Value:
    """Return field *name* of *doc*. Raises KeyError for a name that nothing produces."""
    return FIELDS[name].of(doc)


def as_tree(doc: AnalysedPost) -> dict[str, object]:
    """Return every present field as nested plain values, times as ISO text: what search and the API show."""
    tree: dict[str, object] = {}
    for field in FIELDS.values():
        value = field.of(doc)
        if value is None or field.name in PERSONAL:
            continue
        *parents, last = field.name.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})  # type: ignore[assignment] # a name is never a leaf and a branch
        branch[last] = value.isoformat() if isinstance(value, datetime) else value
    return tree
