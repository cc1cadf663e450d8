"""Judges saved objects without Kibana: what it would refuse, or show as a broken panel, is named by line and place.

It reads Kibana's files and those for OpenSearch Dashboards, made by us or changed by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboards.boards.documents import VIEWS
from dashboards.boards.spec import COLUMNS
from pipeline.errors import Fault

_JSON_TEXTS: Final = frozenset(
    "panelsJSON optionsJSON searchSourceJSON visState uiStateJSON fieldFormatMap fieldAttrs fields sourceFilters "
    "runtimeFieldMap ignoreParentSettingsJSON".split()
)
_ORDER: Final = ("index-pattern", "search", "visualization", "dashboard")
_NO_FIELD: Final = "___records___"
_ACCESSORS: Final = frozenset(
    "metricAccessor secondaryMetricAccessor xAccessor yAccessor valueAccessor splitAccessor tagAccessor breakdownByAccessor".split()
)
_ACCESSOR_LISTS: Final = frozenset("accessors primaryGroups secondaryGroups metrics".split())


@dataclass(frozen=True)
class Object:
    """A saved object with every JSON text in it opened."""

    place: str
    id: str
    type: str
    tree: Mapping[str, Any]

    @property
    def attributes(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.tree.get("attributes", {})
        return found

    @property
    def references(self) -> Sequence[Mapping[str, str]]:
        found: Sequence[Mapping[str, str]] = self.tree.get("references", ())
        return found


def check(file: Path) -> list[Fault]:
    """Return every fault of *file*. Raises OSError if it cannot be read."""
    return check_text(file.read_text(encoding="utf-8"), file.name)


def check_text(text: str, name: str) -> list[Fault]:
    objects: list[Object] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            objects.append(_opened(line, f"{name}:{number}"))
        except ValueError as error:
            faults.append(Fault(f"{name}:{number}", f"不是有效的 JSON：{error}", f"not valid JSON: {error}"))
    if not objects and not faults:
        faults.append(Fault(name, "文件是空的", "the file is empty"))
    return faults + list(_judged(objects))


def _opened(line: str, place: str) -> Object:
    tree = json.loads(line)
    if not isinstance(tree, dict):
        raise ValueError("一行应是一个对象 / a line is an object")
    opened = _open(tree)
    return Object(place, str(tree.get("id", "")), str(tree.get("type", "")), opened)


def _open(value: Any, name: str = "") -> Any:
    """Return *value* with the texts that hold JSON as trees. Raises ValueError for one that is broken."""
    if isinstance(value, dict):
        return {key: _open(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_open(inner) for inner in value]
    if isinstance(value, str) and name in _JSON_TEXTS:
        try:
            return _open(json.loads(value))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return value


def _judged(objects: Sequence[Object]) -> Iterator[Fault]:
    here = {(one.type, one.id) for one in objects}
    yield from _identity(objects)
    for one in objects:
        yield from _shape(one)
        yield from _references(one, here)
        if one.type == "dashboard":
            yield from _dashboard(one)
        if one.type in ("search", "visualization"):
            yield from _classic(one)


def _identity(objects: Sequence[Object]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    last = 0
    for one in objects:
        if (one.type, one.id) in seen:
            yield _fault(one, "", f"{one.type} {one.id} 出现两次", f"{one.type} {one.id} is there twice")
        seen.add((one.type, one.id))
        if one.type == "index-pattern" and last:
            yield _fault(one, "", "数据视图应写在最前面", "data views come first")
        last = last or (one.type in _ORDER[1:])


def _shape(one: Object) -> Iterator[Fault]:
    if one.type not in _ORDER:
        yield _fault(one, "type", f"不认识 {one.type!r}", f"{one.type!r} is none of ours")
    if not one.id:
        yield _fault(one, "id", "缺少编号", "an id is missing")
    if not one.attributes.get("title"):
        yield _fault(one, "attributes.title", "缺少标题", "a title is missing")
    if not ({"typeMigrationVersion", "migrationVersion"} & one.tree.keys()):
        yield _fault(one, "", "缺少迁移版本", "the migration version is missing")
    if one.type == "index-pattern":
        known = {name for view in VIEWS.values() for name in view.columns if _view(one.id) in (None, view.name)}
        for name in one.attributes.get("fieldFormatMap", {}):
            if name not in known:
                yield _fault(one, "fieldFormatMap", f"没有字段 {name}", f"there is no field {name}")


def _references(one: Object, here: set[tuple[str, str]]) -> Iterator[Fault]:
    names = [reference["name"] for reference in one.references]
    used = set(_used(one))
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _fault(one, "references", f"引用 {name} 重复", f"the reference {name} is there twice")
    for name in sorted(set(names) - used):
        yield _fault(one, "references", f"引用 {name} 没有人用", f"nothing uses the reference {name}")
    for name in sorted(used - set(names)):
        yield _fault(one, "references", f"缺少引用 {name}", f"the reference {name} is missing")
    for reference in one.references:
        if (reference["type"], reference["id"]) not in here:
            words = f"{reference['type']} {reference['id']}"
            yield _fault(one, "references", f"文件里没有 {words}", f"the file has no {words}")


def _used(one: Object) -> Iterator[str]:
    """Yield the names of the references that *one* makes use of."""
    source = one.attributes.get("kibanaSavedObjectMeta", {}).get("searchSourceJSON", {})
    if "indexRefName" in source:
        yield source["indexRefName"]
    for control in one.attributes.get("visState", {}).get("params", {}).get("controls", ()):
        yield control["indexPatternRefName"]
    for id_ in one.attributes.get("controlGroupInput", {}).get("panelsJSON", {}):
        yield f"controlGroup_{id_}:optionsListDataView"
    new = "typeMigrationVersion" in one.tree
    for panel in one.attributes.get("panelsJSON", ()):
        if "panelRefName" in panel:
            yield f"{panel['panelIndex']}:{panel['panelRefName']}" if new else panel["panelRefName"]
        for layer in _layers(panel):
            yield f"{panel['panelIndex']}:indexpattern-datasource-layer-{layer}"


def _layers(panel: Mapping[str, Any]) -> Mapping[str, Any]:
    state = panel.get("embeddableConfig", {}).get("attributes", {}).get("state", {})
    found: Mapping[str, Any] = state.get("datasourceStates", {}).get("formBased", {}).get("layers", {})
    return found


def _dashboard(one: Object) -> Iterator[Fault]:
    panels = one.attributes.get("panelsJSON", ())
    ids = [panel.get("panelIndex", "") for panel in panels]
    for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        yield _fault(one, f"panel {id_}", "编号重复", "this id is used twice")
    for place, panel in enumerate(panels):
        yield from _grid(one, panel, panels[place + 1 :])
        yield from _lens(one, panel)
    for id_, control in one.attributes.get("controlGroupInput", {}).get("panelsJSON", {}).items():
        reference = f"controlGroup_{id_}:optionsListDataView"
        yield from _field(one, f"control {id_}", control["explicitInput"]["fieldName"], _target(one, reference))


def _grid(one: Object, panel: Mapping[str, Any], later: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    grid, id_ = panel["gridData"], panel["panelIndex"]
    if grid["i"] != id_:
        yield _fault(one, f"panel {id_}", "gridData.i 与 panelIndex 不同", "gridData.i is not panelIndex")
    if grid["x"] < 0 or grid["y"] < 0 or grid["w"] < 1 or grid["h"] < 1 or grid["x"] + grid["w"] > COLUMNS:
        yield _fault(one, f"panel {id_}", f"不在 {COLUMNS} 列之内", f"not inside {COLUMNS} columns")
    for other in later:
        if _overlap(grid, other["gridData"]):
            words = other["panelIndex"]
            yield _fault(one, f"panel {id_}", f"与 {words} 重叠", f"overlaps {words}")


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]


def _lens(one: Object, panel: Mapping[str, Any]) -> Iterator[Fault]:
    id_ = panel["panelIndex"]
    attributes = panel.get("embeddableConfig", {}).get("attributes", {})
    inner = {reference["name"] for reference in attributes.get("references", ())}
    for layer, content in _layers(panel).items():
        place = f"panel {id_}"
        if f"indexpattern-datasource-layer-{layer}" not in inner:
            yield _fault(one, place, f"图层 {layer} 没有数据视图", f"layer {layer} has no data view")
        columns = content["columns"]
        if sorted(columns) != sorted(content["columnOrder"]):
            yield _fault(one, place, "columnOrder 与 columns 不同", "columnOrder is not columns")
        yield from _accessors(one, place, attributes["state"]["visualization"], layer, set(columns))
        view = _target(one, f"{id_}:indexpattern-datasource-layer-{layer}")
        for column in columns.values():
            yield from _field(one, place, column["sourceField"], view)
            by = column.get("params", {}).get("orderBy", {}).get("columnId")
            if by and by not in columns:
                yield _fault(one, place, f"没有列 {by}", f"there is no column {by}")


def _accessors(one: Object, place: str, tree: Any, layer: str, columns: set[str]) -> Iterator[Fault]:
    """Yield what the visualisation names and the layer has not."""
    if isinstance(tree, list):
        for inner in tree:
            yield from _accessors(one, place, inner, layer, columns)
    if not isinstance(tree, dict):
        return
    if "layerId" in tree and tree["layerId"] != layer:
        yield _fault(one, place, f"没有图层 {tree['layerId']}", f"there is no layer {tree['layerId']}")
    named = [tree[key] for key in tree.keys() & _ACCESSORS]
    named += [name for key in tree.keys() & _ACCESSOR_LISTS for name in tree[key]]
    named += [tree["columnId"]] if "columnId" in tree else []
    for name in sorted(set(named) - columns):
        yield _fault(one, place, f"没有列 {name}", f"there is no column {name}")
    for inner in tree.values():
        yield from _accessors(one, place, inner, layer, columns)


def _classic(one: Object) -> Iterator[Fault]:
    view = _target(one, "kibanaSavedObjectMeta.searchSourceJSON.index")
    for name in one.attributes.get("columns", ()):
        yield from _field(one, "columns", name, view)
    state = one.attributes.get("visState", {})
    aggs = state.get("aggs", ())
    ids = [agg["id"] for agg in aggs]
    for agg in aggs:
        if "field" in agg["params"]:
            yield from _field(one, f"aggs {agg['id']}", agg["params"]["field"], view)
        by = str(agg["params"].get("orderBy", "_key")).split(".")[0]
        if by != "_key" and by not in ids:
            yield _fault(one, f"aggs {agg['id']}", f"没有 {by}", f"there is no aggregation {by}")
    for series in state.get("params", {}).get("seriesParams", ()):
        if series["data"]["id"] not in ids:
            yield _fault(one, "seriesParams", f"没有 {series['data']['id']}", f"no aggregation {series['data']['id']}")
    for control in state.get("params", {}).get("controls", ()):
        yield from _field(one, "controls", control["fieldName"], _target(one, control["indexPatternRefName"]))


def _field(one: Object, place: str, name: str, view: str | None) -> Iterator[Fault]:
    """Judge the field *name* against the template of *view*; a view that is not ours is the writer's own affair."""
    if view is not None and name != _NO_FIELD and name not in VIEWS[view].columns:
        yield _fault(one, place, f"{view} 没有字段 {name}", f"{view} has no field {name}")


def _target(one: Object, reference: str) -> str | None:
    return next((_view(found["id"]) for found in one.references if found["name"] == reference), None)


def _view(id_: str) -> str | None:
    """Return our view that the data view *id_* shows; None if it shows something else."""
    name = id_.rpartition("-")[2]
    return name if name in VIEWS else None


def _fault(one: Object, place: str, zh: str, en: str) -> Fault:
    return Fault(f"{one.place} {one.type} {one.id}{': ' + place if place else ''}", zh, en)
