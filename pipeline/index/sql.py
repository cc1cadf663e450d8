"""A query tree as SQL: whatever words and keywords can say goes to the full-text table, the rest to columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import Fault, Misconfigured
from pipeline.index.tree import (
    AllOf,
    AnyOf,
    Between,
    Contains,
    Equals,
    Everything,
    Node,
    Not,
    Present,
    StartsWith,
    wanted_words,
)
from pipeline.model import FIELDS, Field, Type
from pipeline.text.grams import phrase, runs

UNIQUE: Final = frozenset({"id", "native_id", "rev", "url"})
"""Keywords that nearly every post has its own of: they would only swell the full-text table."""

_FACETS: Final = (Type.KEYWORD, Type.KEYWORDS, Type.BOOLEAN)
_SIGNS = re.compile(r"[\x00-/:-`{-\x7f]")  # what the tokenizer would split at, and capitals, which it would fold
_PRIVATE: Final = 0xE000  # in the private use area no text means anything

SLOTS: Final = 1 << 20
"""A row's number is its event time in milliseconds times SLOTS, plus a place among those of that millisecond:
the full-text table then yields the newest first, and a range of time is a range of rows."""

END: Final = (1 << 63) - 1  # no row comes after it

Statement = tuple[str, list[object]]

Condition = tuple[str, list[object]]
"""A piece of SQL about a row of ``posts p``, and its parameters."""


def slot(milliseconds: int) -> int:
    """Return the lowest row number of a millisecond; times beyond the years 1970 to 2248 stop there."""
    return min(max(milliseconds, 0), END // SLOTS) * SLOTS


def facet(field: str, value: object) -> str:
    """Return the token that says in the full-text table that *field* has *value*."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _SIGNS.sub(lambda found: chr(_PRIVATE + ord(found[0])), f"{field}={text}")


def indexed(field: str) -> bool:
    """Say whether the values of *field* stand in the full-text table."""
    return FIELDS[field].type in _FACETS and field not in UNIQUE


@dataclass(frozen=True)
class Selection:
    """The rows that a query finds, and the statements that count, list and group them."""

    source: str
    seq: str
    where: str
    values: tuple[object, ...]
    ranking: str | None  # the full-text expression that also rewards whole words; it finds the same

    def counting(self) -> Statement:
        return f"select count(*) from {self.source} where {self.where}", [*self.values]  # noqa: S608 # built here

    def page(self, most: int, newest_first: bool, after: str | None) -> Statement:
        """Return the statement for the rows of one page; the best match is first if the newest is not."""
        where, values, skip = self.where, [*self.values], 0
        if newest_first and after:
            where, values = f"{where} and {self.seq} < ?", [*values, _cursor(after)]
        elif after:
            skip = _cursor(after)
        order = f"{self.seq} desc"
        if self.ranking and not newest_first:
            order, values[0] = f"g.rank, {order}", self.ranking
        sql = f"select {self.seq} from {self.source} where {where} order by {order} limit ? offset ?"  # noqa: S608 # built here
        return sql, [*values, most, skip]

    def next_page(self, page: Sequence[int], most: int, newest_first: bool, after: str | None) -> str | None:
        """Return what asks for the page after *page*; None if it was the last."""
        if len(page) < most or not page:
            return None
        return str(page[-1]) if newest_first else str(len(page) + (_cursor(after) if after else 0))

    def by_hour(self, hour_slots: int) -> Statement:
        sql = (
            f"select {self.seq} / {hour_slots}, count(*), {_NEG} from {self._with_posts} where {self.where} group by 1"  # noqa: S608 # built here
        )
        return sql, [*self.values]

    def by_value(self, field: Field, most: int) -> Statement:
        value, source = f'p."{field.name}"', self._with_posts
        if field.type is Type.KEYWORDS:
            value, source = "each.value", f'{source} join json_each(p."{field.name}") each'
        sql = (
            f"select {value}, count(*), {_NEG} from {source} where {self.where} and {value} is not null "  # noqa: S608 # built here
            "group by 1 order by 2 desc, 1 limit ?"
        )
        return sql, [*self.values, most]

    @property
    def _with_posts(self) -> str:
        return self.source if self.source != _WORDS else f"{_WORDS} {_JOIN}"


_WORDS: Final = "grams g"
_JOIN: Final = "join posts p on p.seq = g.rowid"
_NEG: Final = "coalesce(sum(p.\"sentiment.label\" = 'neg'), 0)"


def selection(node: Node, first: int, end: int) -> Selection:
    """Return what *node* finds among the rows from *first* and before *end*."""
    words, condition = _divided(node)
    seq = "g.rowid" if words else "p.seq"
    where = [f"{seq} >= ? and {seq} < ?"]
    values: list[object] = [first, end]
    if words:
        where, values = ["g.grams match ?", *where], [words, *values]
    if condition:
        where, values = [*where, f"({condition[0]})"], [*values, *condition[1]]
    source = "posts p" if not words else f"{_WORDS} {_JOIN}" if condition else _WORDS
    return Selection(source, seq, " and ".join(where), tuple(values), _ranking(words, node) if words else None)


def _ranking(words: str, node: Node) -> str:
    """Return what finds the same as *words*, and gives more weight where an asked word is one of the text's words."""
    whole = [f'tokens : "{" ".join(runs(each.words))}"' for each in wanted_words(node)]
    return f"({words} OR ({words} AND {_either(whole)}))" if whole else words


def _cursor(after: str) -> int:
    if not after.isascii() or not after.isdecimal():
        raise Misconfigured(
            [Fault("after", "翻页标记无效，请从第一页重新检索", "not a page mark of ours: search again")]
        )
    return min(int(after), END)


def _divided(node: Node) -> tuple[str | None, Condition | None]:
    """Return *node* as a full-text expression and a condition on columns that must both hold."""
    if isinstance(node, Everything):
        return None, None
    if (whole := _match(node)) is not None:
        return whole, None
    if not isinstance(node, AllOf):
        return None, _condition(node)
    words = [part for part in node.parts if _match(part) is not None]
    rest = tuple(part for part in node.parts if part not in words)
    return (_match(AllOf(tuple(words))) if words else None), _condition(AllOf(rest))


def _match(node: Node) -> str | None:
    """Return the full-text expression for *node*; None if it needs columns, or only denies."""
    match node:
        case Contains(fields, words):
            return f"{{{' '.join(fields)}}} : {_quoted(words)}"
        case Equals(field, value) if indexed(field):
            return f'facets : "{facet(field, value)}"'
        case StartsWith(field, prefix) if indexed(field):
            return f'facets : "{facet(field, prefix)}" *'
        case Present(field) if FIELDS[field].type is Type.TEXT or indexed(field):
            return f'facets : "{facet(field, "")}" *'
        case AnyOf(parts):
            found = [_match(part) for part in parts]
            return None if None in found else _either(each for each in found if each)
        case AllOf(parts):
            return _match_all(parts)
        case _:
            return None


def _match_all(parts: tuple[Node, ...]) -> str | None:
    wanted = [_match(part) for part in parts if not isinstance(part, Not)]
    denied = [_match(part.part) for part in parts if isinstance(part, Not)]
    if not wanted or None in wanted or None in denied:
        return None
    every = f"({' AND '.join(each for each in wanted if each)})"
    return f"({every} NOT {_either(each for each in denied if each)})" if denied else every


def _either(parts: Iterable[str]) -> str:
    return f"({' OR '.join(parts)})"


def _quoted(words: str) -> str:
    found = phrase(words)
    if found is None:  # the parser lets no such words through
        raise ValueError("nothing to search for")
    return f'"{" ".join(found.grams)}"{" *" if found.open else ""}'


def _condition(node: Node) -> Condition:
    if (words := _match(node)) is not None:
        return "p.seq in (select rowid from grams where grams match ?)", [words]
    match node:
        case Not(part):
            sql, values = _condition(part)
            return f"({sql}) is not true", values  # a missing value is not the asked one
        case AllOf(parts) | AnyOf(parts):
            return _joined(" and " if isinstance(node, AllOf) else " or ", parts)
        case Between():
            return _between(node)
        case Equals(field, value):
            return f'p."{field}" = ?', [value]
        case StartsWith(field, prefix):
            return f'substr(p."{field}", 1, ?) = ?', [len(prefix), prefix]
        case Present(field):
            return f'p."{field}" is not null', []
        case _:
            return "true", []


def _joined(word: str, parts: tuple[Node, ...]) -> Condition:
    conditions = [_condition(part) for part in parts]
    return (
        "(" + word.join(f"({sql})" for sql, _ in conditions) + ")",
        [value for _, values in conditions for value in values],
    )


def _between(node: Between) -> Condition:
    if node.field == "at":
        return _rows(node)
    ends = [
        (node.low, ">=" if node.with_low else ">"),
        (node.high, "<=" if node.with_high else "<"),
    ]
    given = [(value, sign) for value, sign in ends if value is not None]
    if not given:
        return f'p."{node.field}" is not null', []
    return " and ".join(f'p."{node.field}" {sign} ?' for _, sign in given), [value for value, _ in given]


def _rows(node: Between) -> Condition:
    low, high = (default if end is None else slot(int(end)) for end, default in ((node.low, 0), (node.high, END)))
    return "p.seq >= ? and p.seq < ?", [low, high]
