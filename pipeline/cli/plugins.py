"""``yuqing plugins``: what exists, with its options, in the plug-ins' own words."""

from __future__ import annotations

import inspect
import sys

import msgspec
from pydantic import BaseModel

from crawlers.sources import connectors, field_names
from pipeline.cli.tables import print_table
from pipeline.notify.registry import kinds


class Plugin(msgspec.Struct, frozen=True):
    kind: str
    name: str
    words: str
    options: list[str]


def list_plugins(format: str) -> None:
    rows = [
        *(_row("connector", name, kind, sorted(field_names(kind))) for name, kind in sorted(connectors().items())),
        *(_row("notifier", name, kind, _options(kind)) for name, kind in sorted(kinds().items())),
    ]
    if format == "json":
        sys.stdout.write(msgspec.json.encode(rows).decode() + "\n")
        return
    print_table(
        ("类别", "名称", "说明", "选项"), ((row.kind, row.name, row.words, "、".join(row.options)) for row in rows)
    )


def _row(kind: str, name: str, plugin: type, options: list[str]) -> Plugin:
    return Plugin(kind, name, inspect.cleandoc(plugin.__doc__ or "").partition("\n\n")[0], options)


def _options(kind: type[BaseModel]) -> list[str]:
    return sorted(kind.model_fields)
