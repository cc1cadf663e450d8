"""Rule files for tests, with everything that is not the point filled in."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.rulebook import Rulebook

SOUND = {
    "id": "test.rule",
    "name": "测试",
    "status": "stable",
    "level": "yellow",
    "type": "any",
    "match": {"text": {"any": ["停水"]}},
    "annotations": {"summary": "{{ count }} 人"},
    "examples": {"match": ["停水了"], "no_match": ["来水了"]},
}


def a_rule(**changes: object) -> dict[str, object]:
    """Return a sound rule with *changes*; None takes a key away."""
    return {key: value for key, value in {**SOUND, **changes}.items() if value is not None}


def a_text_rule(id: str = "test.rule", **text: object) -> dict[str, object]:
    """Return a rule that looks for *text*, without examples that could contradict it."""
    written = {key.rstrip("_"): value for key, value in text.items()}
    return a_rule(id=id, match={"text": written}, examples=None)


def read(folder: Path, *rules: dict[str, object], **sections: object) -> Rulebook:
    """Return the rulebook of one file (JSON is YAML) with *rules*."""
    tree = {"schema": "yuqing-rule/v1", "defaults": {"owner": "值班台"}, **sections, "rules": list(rules)}
    return read_text(folder, json.dumps(tree, ensure_ascii=False, indent=1))


def read_text(folder: Path, text: str, name: str = "rules.yaml") -> Rulebook:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return Rulebook.read([file])


def codes(book: Rulebook) -> list[str]:
    return [fault.code for fault in book.faults]
