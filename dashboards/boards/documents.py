"""Every field that a board may show: its name, type and words, one table per kind of document.

The documents beside posts are written by ``mirror``; a template with a strict mapping is made from the same
table, so that a field which a board names and nothing writes cannot exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from dashboards.boards import words
from pipeline.index.elastic.gateway import Template
from pipeline.model import FIELDS, PERSONAL, Type

TIME: Final = "@timestamp"
_MAPPINGS: Final[Mapping[Type, Mapping[str, object]]] = {
    Type.TEXT: {"type": "text", "analyzer": "cjk"},
    Type.KEYWORD: {"type": "keyword", "ignore_above": 1024},
    Type.KEYWORDS: {"type": "keyword", "ignore_above": 1024},
    Type.NUMBER: {"type": "double"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.TIME: {"type": "date"},
}


@dataclass(frozen=True)
class Column:
    """One field of a kind of document.

    *values* are the words for its codes. *seconds* says that it is a length of time. *link* names what a click
    opens on the console: a case by its name, or a post by its id.
    """

    name: str
    type: Type
    zh: str
    en: str
    values: Mapping[str, str] = field(default_factory=dict)
    seconds: bool = False
    link: str = ""

    @property
    def aggregatable(self) -> bool:
        return self.type is not Type.TEXT


@dataclass(frozen=True)
class View:
    """One kind of document as the boards see it: a data view on index *index* (a name after the prefix)."""

    name: str
    index: str
    zh: str
    en: str
    columns: Mapping[str, Column]

    def pattern(self, prefix: str) -> str:
        return f"{prefix}-{self.index}"


def _k(name: str, zh: str, en: str, values: Mapping[str, str] | None = None, link: str = "") -> Column:
    return Column(name, Type.KEYWORD, zh, en, values or {}, link=link)


def _n(name: str, zh: str, en: str, *, seconds: bool = False) -> Column:
    return Column(name, Type.NUMBER, zh, en, seconds=seconds)


def _t(name: str, zh: str, en: str) -> Column:
    return Column(name, Type.TIME, zh, en)


def _b(name: str, zh: str, en: str) -> Column:
    return Column(name, Type.BOOLEAN, zh, en)


def _x(name: str, zh: str, en: str) -> Column:
    return Column(name, Type.TEXT, zh, en)


def _ks(name: str, zh: str, en: str) -> Column:
    return Column(name, Type.KEYWORDS, zh, en)


_POST_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "source.class": words.CLASS,
    "sentiment.label": words.LABEL,
    "matter.topic": words.TOPIC,
    "matter.harm": words.HARM,
}
_POSTS: Final = (
    _t(TIME, "时间", "Time"),
    *(
        Column(
            one.name, one.type, one.zh, one.name, _POST_WORDS.get(one.name, {}), link="post" if one.name == "id" else ""
        )
        for one in FIELDS.values()
        if one.name not in PERSONAL and one.name != "at"
    ),
)
_ALERTS: Final = (
    _t(TIME, "得知时间", "Known at"),
    _k("id", "预警编号", "Alert"),
    _k("case", "案件", "Case", link="case"),
    _k("rule", "规则", "Rule"),
    _k("rule_name", "规则名称", "Rule's name"),
    _k("level", "级别", "Level", words.LEVEL),
    _k("topic", "事项", "Matter", words.TOPIC),
    _ks("places", "地点", "Places"),
    _ks("units", "责任单位", "Units"),
    _b("firing", "仍在发展", "Still going"),
    _b("late", "补报", "Late"),
    _b("sealed", "封存", "Sealed"),
    _n("count", "人数", "Voices"),
    _t("active_at", "条件成立", "Condition held"),
    _t("last_at", "最近一条", "Last heard"),
    _t("accepted_at", "首次送达", "First delivered"),
    _n("delay.decide", "判定用时", "Time to decide", seconds=True),
    _n("delay.accept", "送达用时", "Time to deliver", seconds=True),
    _k("accepted", "送达快慢", "Delivered within", words.ACCEPTED),
    _n("messages.accepted", "已送达通知", "Messages delivered"),
    _n("messages.waiting", "待送达通知", "Messages waiting"),
    _n("messages.dead", "失败通知", "Messages failed"),
    _x("summary", "摘要", "Summary"),
    _x("why", "为何预警", "Why"),
)
_CASES: Final = (
    _t(TIME, "立案时间", "Opened"),
    _k("id", "案件编号", "Case id"),
    _k("name", "案件", "Case", link="case"),
    _k("state", "状态", "State", words.STATE),
    _b("open", "未结", "Open"),
    _k("level", "级别", "Level", words.LEVEL),
    _k("topic", "事项", "Matter", words.TOPIC),
    _ks("places", "地点", "Places"),
    _k("lead_unit", "主办单位", "Lead unit"),
    _ks("co_units", "协办单位", "Other units"),
    _b("sealed", "封存", "Sealed"),
    _b("quiet", "已平息", "Quiet"),
    _n("alerts", "预警数", "Alerts"),
    _t("ack.due", "应签收", "To acknowledge by"),
    _k("ack.state", "签收时限", "Acknowledging", words.CLOCK),
    _n("ack.took", "签收用时", "Time to acknowledge", seconds=True),
    _t("close.due", "应办结", "To close by"),
    _k("close.state", "办结时限", "Closing", words.CLOCK),
    _n("close.took", "办结用时", "Time to close", seconds=True),
    _t("closed_at", "办结时间", "Closed"),
    _x("title", "标题", "Title"),
    _x("outcome", "办理结果", "Outcome"),
)
_SOURCES: Final = (
    _t(TIME, "时间", "Time"),
    _k("kind", "记录", "Record", {"now": "现状", "day": "当日监听"}),
    _k("source.id", "信源", "Source"),
    _k("source.class", "信源类别", "Source class", words.CLASS),
    _k("outcome", "巡查结果", "Outcome", words.OUTCOME),
    _b("ok", "正常", "Fine"),
    _b("paused", "等人处理", "Waits for a person"),
    _n("fails", "连续失败", "Failures in a row"),
    _n("blind_min", "盲区（分钟）", "Blind minutes"),
    _t("good_at", "最近正常", "Last good visit"),
    _t("news_at", "最近有帖", "Last news"),
    _t("due_at", "下次巡查", "Next visit"),
    _n("covered_min", "听到（分钟）", "Minutes covered"),
    _n("watched_min", "应听（分钟）", "Minutes watched"),
    _n("coverage", "监听覆盖率（%）", "Coverage (%)"),
    _x("problem", "问题与处置", "Problem"),
)
_BOARD: Final = (
    _t(TIME, "日期", "Day"),
    _k("of", "数什么", "Counted"),
    _k("dim", "按什么分", "By"),
    _k("value", "代码", "Code"),
    _k("label", "分项", "Item"),
    _k("shown", "显示", "Shown"),
    _n("n", "数量", "Number"),
    _b("small", "不足 5", "Below 5"),
    _n("withheld", "不公布", "Withheld"),
)


def _view(name: str, index: str, zh: str, en: str, columns: tuple[Column, ...]) -> View:
    return View(name, index, zh, en, {column.name: column for column in columns})


VIEWS: Final[Mapping[str, View]] = {
    view.name: view
    for view in (
        _view("posts", "posts", "帖文", "Posts", _POSTS),
        _view("alerts", "alerts", "预警", "Alerts", _ALERTS),
        _view("cases", "cases", "案件", "Cases", _CASES),
        _view("sources", "sources", "信源", "Sources", _SOURCES),
        _view("board", "board", "汇总（领导看板）", "Aggregates (leaders)", _BOARD),
    )
}
MIRRORED: Final = ("alerts", "cases", "sources", "board")
"""The views whose documents the mirror writes; posts come from the index stage."""


class AlertDoc(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert as it stands; nothing of its content if it is sealed or concerns a minor."""

    at: datetime = msgspec.field(name=TIME)
    id: str
    case: str = ""
    rule: str
    rule_name: str
    level: str
    topic: str
    places: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    firing: bool | None = None
    late: bool | None = None
    sealed: bool | None = None
    count: int
    active_at: datetime
    last_at: datetime
    accepted_at: datetime | None = None
    decide_s: float = msgspec.field(name="delay.decide")
    accept_s: float | None = msgspec.field(name="delay.accept", default=None)
    accepted: str
    messages_accepted: int = msgspec.field(name="messages.accepted")
    messages_waiting: int = msgspec.field(name="messages.waiting")
    messages_dead: int = msgspec.field(name="messages.dead")
    summary: str = ""
    why: str = ""

    @property
    def key(self) -> str:
        return self.id


class CaseDoc(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case as it stands, with its clocks. It does not say who clicked: nobody is ranked (DOMAIN §3.7)."""

    at: datetime = msgspec.field(name=TIME)
    id: str
    name: str
    state: str
    open: bool | None = None
    level: str
    topic: str
    places: tuple[str, ...] = ()
    lead_unit: str = ""
    co_units: tuple[str, ...] = ()
    sealed: bool | None = None
    quiet: bool | None = None
    alerts: int
    ack_due: datetime | None = msgspec.field(name="ack.due", default=None)
    ack_state: str = msgspec.field(name="ack.state")
    ack_s: float | None = msgspec.field(name="ack.took", default=None)
    close_due: datetime | None = msgspec.field(name="close.due", default=None)
    close_state: str = msgspec.field(name="close.state")
    close_s: float | None = msgspec.field(name="close.took", default=None)
    closed_at: datetime | None = None
    title: str = ""
    outcome: str = ""

    @property
    def key(self) -> str:
        return self.id


class SourceDoc(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source as it stands (*kind* ``now``), or how much of one day it was heard (``day``)."""

    at: datetime = msgspec.field(name=TIME)
    kind: str
    source_id: str = msgspec.field(name="source.id")
    source_class: str = msgspec.field(name="source.class")
    outcome: str | None = None
    ok: bool | None = None
    paused: bool | None = None
    fails: int | None = None
    blind_min: int | None = None
    good_at: datetime | None = None
    news_at: datetime | None = None
    due_at: datetime | None = None
    covered_min: int | None = None
    watched_min: int | None = None
    coverage: float | None = None
    problem: str | None = None

    @property
    def key(self) -> str:
        return self.source_id if self.kind == "now" else f"{self.source_id}|{self.at:%Y-%m-%dT%H}"


class BoardDoc(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cell of one day: a number, or the word that stands for a number which is not told."""

    at: datetime = msgspec.field(name=TIME)
    of: str
    dim: str
    value: str
    label: str
    shown: str
    n: int | None = None
    small: bool | None = None
    withheld: int

    @property
    def key(self) -> str:
        return f"{self.at:%Y-%m-%dT%H}|{self.of}|{self.dim}|{self.value}"


Doc = AlertDoc | CaseDoc | SourceDoc | BoardDoc
VIEW_OF: Final[Mapping[type[msgspec.Struct], str]] = {
    AlertDoc: "alerts", CaseDoc: "cases", SourceDoc: "sources", BoardDoc: "board",
}  # fmt: skip


def as_tree(doc: Doc) -> dict[str, Any]:
    """Return *doc* as the search server takes it: dotted names as branches, times as ISO text."""
    tree: dict[str, Any] = {}
    for name, value in msgspec.to_builtins(doc).items():
        *parents, last = name.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[last] = value
    return tree


def mapping(view: View) -> dict[str, Any]:
    """Return the strict mapping of *view*: a field that its table does not name is refused."""
    root: dict[str, Any] = {"dynamic": "strict", "properties": {}}
    for column in view.columns.values():
        *parents, last = column.name.split(".")
        branch = root
        for parent in parents:
            branch = branch["properties"].setdefault(parent, {"properties": {}})
        branch["properties"][last] = dict(_MAPPINGS[column.type])
    return root


def template(view: View, prefix: str) -> Template:
    """Return the index template of *view*."""
    return Template(
        name=view.pattern(prefix),
        patterns=(view.pattern(prefix),),
        settings={"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "5s"},
        mappings=mapping(view),
        meta={"yuqing": f"boards/{view.name}"},
    )
