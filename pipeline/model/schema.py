"""Publish what the messages look like, for those who write or read them: ``python -m pipeline.model.schema [FOLDER]``.

A published schema is a promise: within one number, fields are only added, and always with a default.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from pipeline.model.action import Action
from pipeline.model.alert import Alert
from pipeline.model.analysed import AnalysedPost
from pipeline.model.case import Case
from pipeline.model.match import Match
from pipeline.model.notification import Notification
from pipeline.model.post import Post

FOLDER: Final = Path("docs/schema")
MESSAGES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "yuqing.post-1": Post,
    "yuqing.analysed-1": AnalysedPost,
    "yuqing.match-1": Match,
    "yuqing.alert-1": Alert,
    "yuqing.action-1": Action,
    "yuqing.case-1": Case,
    "yuqing.notification-1": Notification,
}
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the message called *name*. Raises KeyError."""
    tree = msgspec.json.schema(MESSAGES[name], ref_template="#/$defs/{name}")
    return {"$schema": _DIALECT, "title": name, **_tidy(tree)}


def _tidy(tree: Any) -> Any:
    """Return *tree* with its descriptions, which are docstrings, freed of the code's indentation."""
    if isinstance(tree, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _tidy(value)
            for key, value in tree.items()
        }
    return [_tidy(item) for item in tree] if isinstance(tree, list) else tree


def published(tree: Mapping[str, Any]) -> str:
    """Return a schema as it stands in its file."""
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def publish(folder: Path) -> None:
    """Write every schema into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MESSAGES:
        (folder / f"{name}.json").write_text(published(schema(name)), encoding="utf-8")


if __name__ == "__main__":
    publish(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
