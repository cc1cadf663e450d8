"""The texts of a rule with blanks in them: sandboxed, without loops or calls, and capped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Final

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.model import FIELDS, AnalysedPost, Level, as_tree

MAX_SOURCE = 2000
MAX_OUTPUT = 4000
MISSING_MARK = "—"
NAMES: Final = tuple(
    "count doc group level rule signal delta ratio reference reached stage key remaining silent_for directory".split()
)
FILTERS: Final = tuple("abs d default first float int join last length lower round trim truncate upper".split())
SPANS: Final = {"days": 86_400, "hours": 3_600, "minutes": 60}
"""Filters that say a span of time in whole units, rounded down."""
DIRECTORY: Final = ("id", "name", "unit", "platform")
"""What a template may say of the expected entry (``directory.name``); *unit* is the unit's name."""
# What is left out could loop, call, or build a huge text from a short one (*, **, %, format, center …).
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.Keyword, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Add, nodes.Sub, nodes.Div, nodes.Concat, nodes.Test,
)  # fmt: skip


class TemplateError(ValueError):
    """A template that cannot be used."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


class _Missing(jinja2.ChainableUndefined):
    """What is not there: shown as a dash, and no comparison with it is true."""

    def __str__(self) -> str:
        return MISSING_MARK

    def _never(self, other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _never  # type: ignore[assignment] # the base type raises here


def _in_units(seconds: int, value: object) -> object:
    """Return how many whole units of so many *seconds* a span has; whatever is no span stays as it is."""
    return int(value.total_seconds() // seconds) if isinstance(value, timedelta) else value


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=_Missing, autoescape=False)  # plain text, never a page
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.filters |= {name: partial(_in_units, seconds) for name, seconds in SPANS.items()}
    environment.globals = {}
    return environment


_ENVIRONMENT: Final = _environment()


_SAMPLE: Final = {
    "count": 1, "doc": {}, "group": {}, "level": "黄", "rule": "规则", "signal": (), "delta": 1.0, "ratio": 1.0,
    "reference": 1.0, "reached": (), "stage": 1, "key": "", "remaining": timedelta(0), "silent_for": timedelta(0),
    "directory": {},
}  # fmt: skip
_FAILURES: Final = (jinja2.TemplateError, TypeError, ValueError, ArithmeticError)


@dataclass(frozen=True)
class Template:
    """A text with blanks such as ``{{ count }}``, ``{{ doc.place.street }}``, ``{{ group['place.street'] }}``."""

    source: str
    groups: tuple[str, ...] = field(default=(), compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)
    fields: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, source: str) -> Template:
        """Return the template in *source*. Raises TemplateError."""
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"模板超过 {MAX_SOURCE} 个字符", f"the template is longer than {MAX_SOURCE}")
        try:
            tree = _ENVIRONMENT.parse(source)
            groups = tuple(_check(tree))
            names = tuple(dict.fromkeys(node.name for node in tree.find_all(nodes.Name)))
            fields = tuple(dict.fromkeys(map(_dotted, tree.find_all(nodes.Getattr))))
            _compiled(source).render(_SAMPLE)
        except TemplateError:
            raise
        except (*_FAILURES, RecursionError) as error:
            raise TemplateError(f"模板语法不对：{error}", f"bad template: {error}") from error
        return cls(source, groups, names, fields)

    def render(self, context: Mapping[str, object]) -> str:
        """Return the text for *context* (names: ``NAMES``; ``doc`` an AnalysedPost), at most MAX_OUTPUT long.

        Never raises: an alert with a poor sentence must still go out, so a failure is said in its place.
        """
        values = {name: _plain(value) for name, value in context.items()}
        try:
            return _compiled(self.source).render(values)[:MAX_OUTPUT]
        except _FAILURES as error:
            return f"（摘要模板出错：{type(error).__name__}）"


@lru_cache(maxsize=4096)
def _compiled(source: str) -> jinja2.Template:
    """Return *source* ready to render. A rule carries only its words: most templates are never rendered here."""
    return _ENVIRONMENT.from_string(source)


def _plain(value: object) -> object:
    if isinstance(value, AnalysedPost):
        return _cut(as_tree(value))
    if isinstance(value, Level):
        return value.chinese
    return value.isoformat() if isinstance(value, datetime) else value


def _cut(tree: dict[str, object]) -> dict[str, object]:
    """Return *tree* with texts no longer than anything that can come out, so that many blanks stay cheap."""
    return {name: value[:MAX_OUTPUT] if isinstance(value, str) else value for name, value in tree.items()}


def _check(tree: nodes.Template) -> list[str]:
    """Return the group keys that *tree* uses. Raises TemplateError for what is not allowed or not known."""
    groups: list[str] = []
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__
            raise TemplateError(f"模板里不能用 {kind}", f"{kind} is not allowed in a template")
        if isinstance(node, nodes.Name) and node.name not in NAMES:
            raise TemplateError(f"没有“{node.name}”，可用：{', '.join(NAMES)}", f"unknown name {node.name!r}")
        if isinstance(node, nodes.Getitem):
            groups += _keyed(node)
    _check_fields(tree)
    return groups


def _keyed(node: nodes.Getitem) -> list[str]:
    owner, key = node.node, node.arg
    if not isinstance(owner, nodes.Name) or owner.name not in ("group", "signal") or not isinstance(key, nodes.Const):
        raise TemplateError("方括号只能用于 group['…']、signal['…']", "brackets are for group['…'] and signal['…']")
    return [str(key.value)] if owner.name == "group" else []


def _check_fields(tree: nodes.Template) -> None:
    inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all(nodes.Getattr):
        if id(node) in inner:
            continue
        name = _dotted(node)
        if name.startswith("directory.") and name.removeprefix("directory.") in DIRECTORY:
            continue
        if not name.startswith("doc.") or name.removeprefix("doc.") not in FIELDS:
            raise TemplateError(f"没有“{name}”这个字段", f"unknown field {name!r}")


def _dotted(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
