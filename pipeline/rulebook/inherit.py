"""A rule with what its file says once for all: the rule's own word wins, key by key."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from pipeline.rulebook.source import Node

_MERGED = ("notify", "case", "privacy", "annotations", "labels")  # maps: each key of them is inherited by itself
_ADDED = ("none", "except")  # lists of words that are added to those of the rule


def inherited(rule: Node, defaults: Node | None, keys: Collection[str]) -> Node:
    """Return *rule* with those *keys* of *defaults* that it does not give itself; ``match.where`` is joined elsewhere."""
    if defaults is None or rule.tag != "map":
        return rule
    entries = dict(rule.entries)
    for key, general in defaults.entries.items():
        own = entries.get(key)
        if key == "match":
            if own is not None:
                entries[key] = _match(own, general)
        elif own is None:
            if key in keys:
                entries[key] = general
        elif key in _MERGED and own.tag == general.tag == "map":
            entries[key] = _under(own, general)
    return replace(rule, entries=entries, keys={**defaults.keys, **rule.keys})


def _under(own: Node, general: Node) -> Node:
    """Return both mappings as one, *own* on top."""
    return replace(own, entries={**general.entries, **own.entries}, keys={**general.keys, **own.keys})


def _match(own: Node, general: Node) -> Node:
    """Return the match of a rule with the words that its file excludes and the ways of folding it asks for."""
    text, shared = own.get("text"), general.get("text")
    if text is None or shared is None or text.tag != "map" or shared.tag != "map":
        return own
    merged = _under(text, shared)
    lists = {
        key: replace(mine, tag="list", items=(*_several(mine), *_several(theirs)))
        for key in _ADDED
        if (mine := text.get(key)) and (theirs := shared.get(key)) and "map" not in (mine.tag, theirs.tag)
    }
    return replace(own, entries={**own.entries, "text": replace(merged, entries={**merged.entries, **lists})})


def _several(node: Node) -> tuple[Node, ...]:
    return node.items if node.tag == "list" else (node,)
