"""Reads a converted rule as a user's file would be read, and asks it about posts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import Fault
from pipeline.match.matcher import Matcher
from pipeline.rulebook import Rulebook
from pipeline.rulebook.convert.converted import Plain
from tests.build import an_analysed


def read(rule: Mapping[str, Any]) -> tuple[Rulebook, tuple[Fault, ...]]:
    """Return the rulebook of *rule* once a person has put examples in, and what is wrong with it."""
    text = rule.get("match", {}).get("text", {})
    words = "，".join([*text.get("must", []), *text.get("any", [])])
    examples = {"match": [{"title": words, "text": words}], "no_match": ["今天天气很好"]} if text else {}
    tree = {
        "schema": "yuqing-rule/v1",
        "defaults": {"owner": "甲", "timezone": "Asia/Shanghai"},
        "rules": [{**rule, "examples": examples}],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "converted.yaml"
        file.write_text(yaml.dump(tree, Dumper=Plain, allow_unicode=True), encoding="utf-8")
        book = Rulebook.read([file])
    return book, book.errors


def holds(rule: Mapping[str, Any], title: str = "", text: str = "") -> bool:
    """Say whether a post satisfies the condition of *rule*."""
    book, faults = read(rule)
    assert not faults, faults
    return bool(list(Matcher(book.rules).match([an_analysed(title=title, text=text)])))
