"""A query as a tree: typed, checked, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Everything:
    pass


@dataclass(frozen=True)
class Contains:
    """One of *fields* holds *words* as cut out of a text: in a row, in any script, width and case."""

    fields: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Equals:
    """A keyword, number or truth value is *value*; of a field with several values, one of them is."""

    field: str
    value: str | float | bool


@dataclass(frozen=True)
class StartsWith:
    field: str
    prefix: str


@dataclass(frozen=True)
class Between:
    """A keyword or number lies between the bounds; None is no bound. Times are milliseconds since 1970 in UTC."""

    field: str
    low: str | float | None
    high: str | float | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True)
class Present:
    """*field* has a value."""

    field: str


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Node = Everything | Contains | Equals | StartsWith | Between | Present | AllOf | AnyOf | Not


def wanted_words(node: Node) -> list[Contains]:
    """Return the words that a found post may hold: those that are not denied."""
    if isinstance(node, Contains):
        return [node]
    if isinstance(node, AllOf | AnyOf):
        return [words for part in node.parts for words in wanted_words(part)]
    return []
