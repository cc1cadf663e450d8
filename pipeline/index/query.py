"""The query language, Lucene's manner: words, "phrases", AND OR NOT && || ! + -, ( ), field:value, ranges, ``*``.

Words side by side must all be there. A word of the text is found wherever it was cut out, so that ``wat*`` on a text
means the same as ``wat``; on a keyword it is a beginning. Chinese brackets, quotes and colons are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from pipeline.errors import Fault, Misconfigured
from pipeline.index.operand import OPEN_END, Bound, Wrong, between, denied, equal, field_named
from pipeline.index.tree import AllOf, AnyOf, Contains, Everything, Node, Present, StartsWith
from pipeline.model import FIELDS, Field, Type
from pipeline.text.grams import runs

M = TypeVar("M")
DEEPEST: Final = 20  # brackets within brackets; engines have stacks
MOST_CONDITIONS: Final = 200
LONGEST: Final = 20_000  # characters

_BLANK = re.compile(r"\s*")
_AND = re.compile(r"AND(?=[\s(（\"“]|$)|&&")
_OR = re.compile(r"OR(?=[\s(（\"“]|$)|\|\|")
_NOT = re.compile(r"NOT(?=[\s(（\"“]|$)|!|-(?=\S)")
_MUST = re.compile(r"\+(?=\S)")
_FIELD = re.compile(r"(@?[A-Za-z_][\w.]*)([:：])", re.ASCII)
_PHRASE = re.compile(r"\"((?:\\.|[^\"\\])*)\"|“([^”]*)”", re.DOTALL)
_WORD = re.compile(r"(?:\\(?:.|$)|(?!&&|\|\|)[^\s()（）\"“”\\])+", re.DOTALL)
_BOUND = r"\s*(\"(?:\\.|[^\"\\])*\"|[^\s\]}\"]+)\s*"
_RANGE = re.compile(rf"([\[{{]){_BOUND}\bTO\b{_BOUND}([\]}}])", re.DOTALL)
_COMPARED = re.compile(r"(>=|<=|>|<)(\"(?:\\.|[^\"\\])*\"|[^\s()（）\"“”]+)", re.DOTALL)


def parse(query: str, timezone: str = "Asia/Shanghai") -> Node:
    """Return the tree of *query*; days in it are days of *timezone*. Raises Misconfigured."""
    if len(query) > LONGEST:
        raise Misconfigured([Fault("query", f"检索式超过 {LONGEST} 字", f"longer than {LONGEST} characters")])
    return _Parser(query, ZoneInfo(timezone)).whole()


class _Parser:
    """Recursive descent over the text itself. A condition without anything to search for is None."""

    def __init__(self, text: str, zone: ZoneInfo) -> None:
        self._text = text.encode("utf-8", "replace").decode()  # half characters of a terminal's argument
        self._zone = zone
        self._at = 0
        self._depth = 0
        self._conditions = 0
        self._field: Field | None = None  # of an enclosing field:( … )

    def whole(self) -> Node:
        if not self._text.strip():
            return Everything()
        node = self._any_of()
        if self._at < len(self._text):
            self._fail("这里多出一个右括号，请删去或补上左括号", "a closing bracket without an opening one")
        if node is None:
            self._fail("没有可检索的文字", "nothing to search for")
        return node

    def _any_of(self) -> Node | None:
        parts = [self._all_of()]
        while self._take(_OR):
            parts.append(self._all_of())
        present = [part for part in parts if part is not None]
        return _joined(AnyOf, present)

    def _all_of(self) -> Node | None:
        parts = [self._signed()]
        while self._take(_AND) or self._more():
            parts.append(self._signed())
        return _joined(AllOf, [part for part in parts if part is not None])

    def _more(self) -> bool:
        self._take(_BLANK)
        rest = self._text[self._at : self._at + 1]
        return bool(rest) and rest not in ")）" and not _OR.match(self._text, self._at)

    def _signed(self) -> Node | None:
        no = False
        while True:
            if self._take(_NOT):
                no = not no
            elif not self._take(_MUST):
                break
        node = self._one()
        return denied(node) if no and node is not None else node

    def _one(self) -> Node | None:
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            self._fail(f"条件超过 {MOST_CONDITIONS} 个，请拆成几次检索", f"more than {MOST_CONDITIONS} conditions")
        self._take(_BLANK)
        if self._text.startswith(("(", "（"), self._at):
            return self._bracketed()
        if _AND.match(self._text, self._at) or _OR.match(self._text, self._at):
            self._nothing(None)
        if named := self._named():
            return self._of_field(named)
        return self._value(self._field)

    def _bracketed(self) -> Node | None:
        start = self._at
        if self._depth == DEEPEST:
            self._fail(f"括号套得太深（超过 {DEEPEST} 层）", f"brackets nested deeper than {DEEPEST}")
        self._at += 1
        self._depth += 1
        node = self._any_of()
        if not self._text.startswith((")", "）"), self._at):
            self._at = start
            self._fail("这个左括号没有配对的右括号，请补上", "this bracket is never closed")
        self._at += 1
        self._depth -= 1
        return node

    def _named(self) -> Field | None:
        found = _FIELD.match(self._text, self._at)
        if not found or (found[2] == "：" and found[1] not in FIELDS):  # 停水通知：… is text
            return None
        field = self._checked(lambda: field_named(found[1]))
        self._at = found.end()
        return field

    def _of_field(self, field: Field) -> Node | None:
        if self._text.startswith(("(", "（"), self._at):
            outer, self._field = self._field, field
            node = self._bracketed()
            self._field = outer
            return node
        return self._value(field)

    def _value(self, field: Field | None) -> Node | None:
        if field is not None:
            if found := _RANGE.match(self._text, self._at):
                low, high = Bound(_plain(found[2]), found[1] == "["), Bound(_plain(found[3]), found[4] == "]")
                return self._ranged(field, low, high, found.end())
            if found := _COMPARED.match(self._text, self._at):
                low, high = _ends(found[1], _plain(found[2]))
                return self._ranged(field, low, high, found.end())
        if found := _PHRASE.match(self._text, self._at):
            words = found[1] if found[1] is not None else found[2]
            return self._literal(field, _unescaped(words), found.end())
        if found := _WORD.match(self._text, self._at):
            return self._word(field, found)
        return self._nothing(field)

    def _ranged(self, field: Field, low: Bound, high: Bound, end: int) -> Node:
        node = self._checked(lambda: between(field, low, high, self._zone))
        self._at = end
        return node

    def _word(self, field: Field | None, found: re.Match[str]) -> Node | None:
        word = found[0]
        if word == "*":
            self._at = found.end()
            return Present(field.name) if field else Everything()
        if field and field.type in (Type.KEYWORD, Type.KEYWORDS) and re.search(r"(?<!\\)\*", word):
            return self._beginning(field, word, found.end())
        return self._literal(field, _unescaped(word), found.end())

    def _beginning(self, field: Field, word: str, end: int) -> Node:
        if re.search(r"(?<!\\)\*.", word, re.DOTALL):
            self._fail("通配符 * 只能放在词尾；要找 * 本身请写 \\*", "a * may only end a word; write \\* for the sign")
        self._at = end
        return StartsWith(field.name, _unescaped(word[:-1]))

    def _literal(self, field: Field | None, value: str, end: int) -> Node | None:
        if field is None or field.type is Type.TEXT:
            self._at = end
            fields = (field.name,) if field else ("title", "text")
            return Contains(fields, value) if runs(value) else None
        node = self._checked(lambda: equal(field, value, self._zone))
        self._at = end
        return node

    def _nothing(self, field: Field | None) -> NoReturn:
        if self._text.startswith(('"', "“"), self._at):
            self._fail("引号没有配对，请补上另一半", "this quote is never closed")
        if field is not None and not self._depth:
            self._fail(f"{field.name}: 后面缺少值", f"a value is missing after {field.name}:")
        self._fail("这里缺少一个词或条件", "a word or condition is missing here")

    def _take(self, what: re.Pattern[str]) -> bool:
        blank = _BLANK.match(self._text, self._at)
        found = what.match(self._text, blank.end() if blank else self._at)
        if found:
            self._at = found.end()
        return bool(found)

    def _checked(self, make: Callable[[], M]) -> M:
        try:
            return make()
        except Wrong as wrong:
            self._fail(wrong.zh, wrong.en)

    def _fail(self, zh: str, en: str) -> NoReturn:
        near = self._text[self._at : self._at + 12].strip()
        near_zh, near_en = (f"（在“{near}”处）", f" (at '{near}')") if near else ("（在末尾）", " (at the end)")
        raise Misconfigured([Fault(f"query:1:{self._at + 1}", f"{zh}{near_zh}", f"{en}{near_en}")])


def _joined(kind: type[AllOf] | type[AnyOf], parts: list[Node]) -> Node | None:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    if kind is AllOf:
        flat = [part for part in flat if part != Everything()] or flat[:1]
    return kind(tuple(flat)) if len(flat) > 1 else (flat[0] if flat else None)


def _ends(sign: str, value: str) -> tuple[Bound, Bound]:
    bound = Bound(value, sign.endswith("="))
    return (bound, OPEN_END) if sign.startswith(">") else (OPEN_END, bound)


def _plain(value: str) -> str:
    return _unescaped(value[1:-1]) if value.startswith('"') else _unescaped(value)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
