"""The expressions of ``level_if`` and ``immediate_if``: comparisons joined by and, or, not; no calls, no loops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.model import FIELDS, AnalysedPost, Type

MAX_LENGTH = 1000
MAX_DEPTH = 20
NUMBERS: Final = ("count", "delta", "ratio", "reference", "stage")
COLLECTIONS: Final = ("reached", "signal")
KEYED: Final = ("group", "signal")

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|"[^"]*")|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
        |(?P<op>==|!=|>=|<=|>|<|\(|\)|\[|\])|(?P<end>$))""",
    re.VERBOSE,
)

Context = Mapping[str, object]
Evaluate = Callable[[Context], object]


class ExpressionError(ValueError):
    """An expression that cannot be read; *position* counts characters from 0."""

    def __init__(self, zh: str, en: str, position: int) -> None:
        super().__init__(f"{zh} / {en} ({position})")
        self.zh, self.en, self.position = zh, en, position


@dataclass(frozen=True)
class Expression:
    """A condition on an episode and its newest post.

    The context gives ``count delta ratio reference stage`` (numbers; the first stage is 1, a ratio of a
    percentage rule is 0 to 100), ``doc`` (an AnalysedPost), ``group`` (a mapping), ``signal`` and ``reached``
    (collections of names). What the context or the post does not have is missing, and a comparison with
    something missing is false.
    """

    text: str
    fields: tuple[str, ...] = field(default=(), compare=False)
    groups: tuple[str, ...] = field(default=(), compare=False)
    signals: tuple[str, ...] = field(default=(), compare=False)
    names: tuple[str, ...] = field(default=(), compare=False)
    constant: tuple[str, ...] = field(default=(), compare=False)  # comparisons that never change their mind
    _evaluate: Evaluate = field(default=bool, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Return the expression in *text*. Raises ExpressionError."""
        parser = _Parser(text)
        evaluate = parser.whole()
        groups, signals = parser.keys["group"], parser.keys["signal"]
        return cls(
            text, tuple(parser.fields), tuple(groups), tuple(signals), tuple(parser.names), tuple(parser.constant),
            evaluate,
        )  # fmt: skip

    def value(self, context: Context) -> bool:
        return bool(self._evaluate(context))

    def __reduce__(self) -> tuple[Callable[[str], Expression], tuple[str]]:
        return Expression.parse, (self.text,)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            at = len(text) - len(text[at:].lstrip())
            raise ExpressionError(f"看不懂“{text[at]}”", f"unexpected {text[at]!r}", at)
        kind = str(found.lastgroup)
        yield _Token(kind, found.group(kind), found.start(kind))
        if kind == "end":
            return
        at = found.end()


@dataclass(frozen=True)
class _Operand:
    """Something to compare: how to get it, and of which type it is (number, text, boolean, names)."""

    get: Evaluate
    type: str
    constant: object = None
    counts: bool = False  # a number of things, which is never below zero


class _Parser:
    """Recursive descent, at most MAX_DEPTH deep."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"表达式超过 {MAX_LENGTH} 个字符", "the expression is too long", MAX_LENGTH)
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self.fields: list[str] = []
        self.names: list[str] = []
        self.constant: list[str] = []
        self.keys: dict[str, list[str]] = {"group": [], "signal": []}

    def whole(self) -> Evaluate:
        evaluate = self._either(0)
        if self._token.kind != "end":
            raise self._unexpected()
        return evaluate

    def _either(self, depth: int) -> Evaluate:
        parts = [self._both(depth)]
        while self._took("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda context: any(part(context) for part in parts)

    def _both(self, depth: int) -> Evaluate:
        parts = [self._negated(depth)]
        while self._took("and"):
            parts.append(self._negated(depth))
        return parts[0] if len(parts) == 1 else lambda context: all(part(context) for part in parts)

    def _negated(self, depth: int) -> Evaluate:
        if depth > MAX_DEPTH:
            raise ExpressionError(f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH}", self._token.at)
        if self._took("not"):
            part = self._negated(depth + 1)
            return lambda context: not part(context)
        if self._took("("):
            inner = self._either(depth + 1)
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Evaluate:
        start = self._token
        left = self._operand()
        op = self._operator()
        if not op:
            if left.type != "boolean":
                raise ExpressionError(
                    "这里缺少比较，如 >= 10", "a comparison is missing, such as >= 10", self._token.at
                )
            return left.get
        right = self._operand()
        if not _comparable(left.type, op, right.type):
            raise ExpressionError(f"两边不能用 {op} 比较", f"{op} cannot compare these", start.at)
        if _settled(left, op, right):
            self.constant.append(self._text[start.at : self._token.at].strip())
        return _compared(left.get, op, right.get)

    def _operator(self) -> str:
        if self._took("in"):
            return "in"
        if self._took("not"):
            self._expect("in")
            return "not in"
        if self._token.kind == "op" and self._token.text in _COMPARE:
            return self._advance().text
        return ""

    def _operand(self) -> _Operand:
        token = self._token
        if token.kind in ("op", "end") or token.text in ("and", "or", "not", "in"):
            raise self._unexpected()
        self._advance()
        if token.kind == "number":
            number = float(token.text)
            return _Operand(lambda _: number, "number", number)
        if token.kind == "text":
            return _Operand(lambda _: token.text[1:-1], "text", token.text[1:-1])
        return self._named(token)

    def _named(self, token: _Token) -> _Operand:
        name = token.text
        if self._token.text == "(":
            raise ExpressionError("表达式里不能调用函数", "calls are not allowed", self._token.at)
        if name.startswith("doc."):
            return self._field(name.removeprefix("doc."), token)
        if name in KEYED and self._took("["):
            return self._keyed(name)
        if name in NUMBERS or name in COLLECTIONS:
            self.names.append(name)
            kind = "number" if name in NUMBERS else "names"
            return _Operand(lambda context: context.get(name), kind, counts=name in ("count", "stage"))
        known = ", ".join((*NUMBERS, *COLLECTIONS, "doc.<field>", "group['…']", "signal['…']"))
        raise ExpressionError(
            f"没有“{name}”这个名字，可用：{known}", f"unknown name {name!r}; known: {known}", token.at
        )

    def _field(self, name: str, token: _Token) -> _Operand:
        known = FIELDS.get(name)
        if known is None:
            raise ExpressionError(f"没有“{name}”这个字段", f"unknown field {name!r}", token.at)
        if known.type is Type.TIME:
            raise ExpressionError("表达式里不能比较时间", "times cannot be compared here", token.at)
        self.fields.append(name)
        kind = {Type.NUMBER: "number", Type.BOOLEAN: "boolean", Type.KEYWORDS: "names"}.get(known.type, "text")

        def get(context: Context) -> object:
            doc = context.get("doc")
            return known.of(doc) if isinstance(doc, AnalysedPost) else None

        return _Operand(get, kind)

    def _keyed(self, name: str) -> _Operand:
        token = self._advance()
        if token.kind != "text":
            raise ExpressionError("方括号里应为带引号的名字", "expected a quoted name", token.at)
        self._expect("]")
        key = token.text[1:-1]
        self.keys[name].append(key)
        if name == "group":
            return _Operand(lambda context: _item(context.get("group"), key), "text")
        return _Operand(lambda context: _contains(context.get("signal"), key), "boolean")

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _advance(self) -> _Token:
        token = self._token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _took(self, words: str) -> bool:
        if self._token.kind == "text" or self._token.text != words:
            return False
        self._advance()
        return True

    def _expect(self, words: str) -> None:
        if not self._took(words):
            raise ExpressionError(f"这里应为 {words}", f"expected {words!r}", self._token.at)

    def _unexpected(self) -> ExpressionError:
        words = self._token.text or "…"
        return ExpressionError(f"这里不应是“{words}”", f"unexpected {words!r}", self._token.at)


_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
}


def _comparable(left: str, op: str, right: str) -> bool:
    if op in ("in", "not in"):
        return left == "text" and right == "names"
    return left == right and left != "names" and (op in ("==", "!=") or left in ("number", "text"))


def _settled(left: _Operand, op: str, right: _Operand) -> bool:
    """Say whether a comparison comes out the same always: two constants, or a count and less than nothing."""
    if left.constant is not None and right.constant is not None:
        return True
    if right.counts and isinstance(left.constant, float):
        return _settled(right, _MIRRORED.get(op, op), left)
    if not left.counts or not isinstance(right.constant, float):
        return False
    bound = right.constant
    return (op == ">=" and bound <= 1) or (op == "<" and bound <= 1) or (op in (">", "<=") and bound < 1)


_MIRRORED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _compared(left: Evaluate, op: str, right: Evaluate) -> Evaluate:
    def evaluate(context: Context) -> bool:
        first, second = left(context), right(context)
        if first is None or second is None:
            return False
        if op == "in" or op == "not in":
            return _contains(second, first) is (op == "in")
        return _COMPARE[op](first, second)  # type: ignore[arg-type] # of one type, by _comparable

    return evaluate


def _item(mapping: object, key: str) -> object:
    return mapping.get(key) if isinstance(mapping, Mapping) else None


def _contains(names: object, name: object) -> bool:
    """Say whether *name* is among *names*: a collection, or a mapping of names to truth."""
    if isinstance(names, Mapping):
        return bool(names.get(name))
    return isinstance(names, (tuple, list, set, frozenset)) and name in names
