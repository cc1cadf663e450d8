"""Pieces that Kibana's and OpenSearch Dashboards' saved objects have in common."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dashboards.boards.documents import TIME, VIEWS, Column, View
from dashboards.boards.spec import Board, Panel
from pipeline.model import Type

PREFIX: Final = "yuqing"
CONSOLE: Final = "http://127.0.0.1:8642"
_LINKS: Final = {"case": "/#case/{{value}}", "post": "/#search/id%3A%22{{value}}%22"}
_FIELD_TYPES: Final[Mapping[Type, tuple[str, str]]] = {
    Type.TEXT: ("string", "text"),
    Type.KEYWORD: ("string", "keyword"),
    Type.KEYWORDS: ("string", "keyword"),
    Type.NUMBER: ("number", "double"),
    Type.BOOLEAN: ("boolean", "boolean"),
    Type.TIME: ("date", "date"),
}


def dumped(value: object) -> str:
    """Return *value* as the JSON text that stands inside a saved object."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lines(objects: Iterable[Mapping[str, Any]]) -> str:
    """Return *objects* as NDJSON."""
    return "".join(dumped(one) + "\n" for one in objects)


def view_id(name: str, prefix: str = PREFIX) -> str:
    return f"{prefix}-{name}"


def board_id(board: Board) -> str:
    return f"{PREFIX}-{board.key}"


def view_title(view: View, prefix: str) -> str:
    """Posts are spread over monthly indices behind an alias; all else is one index."""
    return view.pattern(prefix)


def formats(view: View, console: str) -> dict[str, Any]:
    """Return how values are shown: codes in words, lengths of time in minutes, ids as links to the console."""
    return {column.name: shown for column in view.columns.values() if (shown := _format(column, console))}


def _format(column: Column, console: str) -> dict[str, Any] | None:
    if column.link:
        template = console.rstrip("/") + _LINKS[column.link]
        return {"id": "url", "params": {"urlTemplate": template, "labelTemplate": "{{value}}", "type": "a"}}
    if column.values:
        entries = [{"key": code, "value": words} for code, words in column.values.items()]
        return {"id": "static_lookup", "params": {"lookupEntries": entries, "unknownKeyValue": None}}
    if column.seconds:
        return {
            "id": "duration",
            "params": {"inputFormat": "seconds", "outputFormat": "humanizePrecise", "outputPrecision": 1},
        }
    if column.type is Type.NUMBER:
        return {"id": "number", "params": {"pattern": "0,0.[0]"}}
    return None


def field_list(view: View) -> list[dict[str, Any]]:
    """Return the fields of *view* as an index pattern of the classic kind lists them."""
    return [
        {
            "name": column.name,
            "type": _FIELD_TYPES[column.type][0],
            "esTypes": [_FIELD_TYPES[column.type][1]],
            "count": 0,
            "scripted": False,
            "searchable": True,
            "aggregatable": column.aggregatable,
            "readFromDocValues": column.aggregatable,
        }
        for column in view.columns.values()
    ]


def used_views(boards: Sequence[Board]) -> list[View]:
    """Return the views that *boards* look at, in the order of the tables."""
    names = {panel.view for board in boards for panel in board.panels if panel.view}
    return [view for name, view in VIEWS.items() if name in names]


def search_source(panel: Panel) -> dict[str, Any]:
    return {"query": {"query": panel.query, "language": "lucene"}, "filter": []}


def saved_search(board: Board, panel: Panel, prefix: str) -> dict[str, Any]:
    """Return the list of *panel* as a saved search; both products read this form."""
    source = search_source(panel) | {"indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index"}
    return {
        "id": f"{board_id(board)}-{panel.id}",
        "type": "search",
        "attributes": {
            "title": f"{board.title.zh} · {panel.title.zh}",
            "description": panel.says.zh if panel.says else "",
            "hits": 0,
            "columns": list(panel.columns),
            "sort": [[TIME, "desc"]],
            "version": 1,
            "kibanaSavedObjectMeta": {"searchSourceJSON": dumped(source)},
        },
        "references": [
            {
                "name": "kibanaSavedObjectMeta.searchSourceJSON.index",
                "type": "index-pattern",
                "id": view_id(panel.view, prefix),
            }
        ],
    }
