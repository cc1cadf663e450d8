"""Kibana's saved objects (Lens): data views first, then what a dashboard refers to, then the dashboard.

Ids are our own words, so that importing again replaces and never doubles. Checked without Kibana, which cannot be
had in tests: by ``check``, and by running each panel's search on a live Elasticsearch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboards.boards import objects
from dashboards.boards.documents import TIME, VIEWS, View
from dashboards.boards.objects import CONSOLE, PREFIX, dumped
from dashboards.boards.spec import Board, Measure, Panel, Spec, Split
from pipeline.model import Type

CORE: Final = "8.8.0"
_DASHBOARD: Final = "10.2.0"
_VIEW: Final = "8.0.0"
_SEARCH: Final = "8.0.0"
_LENS: Final = {
    "metric": "lnsMetric", "line": "lnsXY", "bar": "lnsXY", "rows": "lnsXY", "pie": "lnsPie", "table": "lnsDatatable",
    "cloud": "lnsTagcloud", "heatmap": "lnsHeatmap",
}  # fmt: skip
_SERIES: Final = {"line": "line", "bar": "bar_stacked", "rows": "bar_horizontal_stacked"}
_OPERATIONS: Final = {
    "count": "count", "sum": "sum", "avg": "average", "max": "max", "unique": "unique_count", "percentile": "percentile",
}  # fmt: skip
_INTERVALS: Final = {"auto": "auto", "hour": "1h", "day": "1d", "week": "1w"}
_DATA_TYPES: Final = {Type.NUMBER: "number", Type.BOOLEAN: "boolean", Type.TIME: "date"}


def files(spec: Spec, *, prefix: str = PREFIX, console: str = CONSOLE) -> dict[str, str]:
    """Return every file by its name: one for each face, so that a leaders' space needs no item's data view."""
    return {
        f"{face}.ndjson": objects.lines(saved([one for one in spec.boards if one.face == face], prefix, console))
        for face in ("staff", "leader")
    }


def saved(boards: Sequence[Board], prefix: str = PREFIX, console: str = CONSOLE) -> list[dict[str, Any]]:
    """Return the saved objects of *boards*, each after what it refers to."""
    found = [data_view(view, prefix, console) for view in objects.used_views(boards)]
    for board in boards:
        lists = [panel for panel in board.panels if panel.kind == "list"]
        found += [_managed(objects.saved_search(board, panel, prefix), _SEARCH) for panel in lists]
        found.append(dashboard(board, prefix))
    return found


def data_view(view: View, prefix: str, console: str) -> dict[str, Any]:
    attributes = {
        "title": objects.view_title(view, prefix),
        "name": view.zh,
        "timeFieldName": TIME,
        "fieldFormatMap": dumped(objects.formats(view, console)),
        "fieldAttrs": dumped({column.name: {"customLabel": column.zh} for column in view.columns.values()}),
        "sourceFilters": "[]",
        "fields": "[]",
        "runtimeFieldMap": "{}",
    }
    found = {
        "id": objects.view_id(view.name, prefix), "type": "index-pattern", "attributes": attributes, "references": [],
    }  # fmt: skip
    return _managed(found, _VIEW)


def dashboard(board: Board, prefix: str) -> dict[str, Any]:
    references: list[dict[str, str]] = []
    panels = [_panel(board, panel, prefix, references) for panel in board.panels]
    attributes = {
        "title": board.title.zh,
        "description": f"{board.about.zh} / {board.about.en}",
        "timeRestore": True,
        "timeFrom": board.since,
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 60_000},
        "version": 1,
        "optionsJSON": dumped({"useMargins": True, "syncColors": False, "syncCursor": True, "hidePanelTitles": False}),
        "panelsJSON": dumped(panels),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": dumped({"query": {"query": "", "language": "kuery"}, "filter": []})
        },
    }
    if board.controls:
        attributes["controlGroupInput"] = _controls(board, prefix, references)
    found = {"id": objects.board_id(board), "type": "dashboard", "attributes": attributes, "references": references}
    return _managed(found, _DASHBOARD)


def _managed(found: dict[str, Any], version: str) -> dict[str, Any]:
    return found | {"coreMigrationVersion": CORE, "typeMigrationVersion": version, "managed": False}


def _controls(board: Board, prefix: str, references: list[dict[str, str]]) -> dict[str, Any]:
    view, panels = VIEWS[board.view], {}
    for order, name in enumerate(board.controls):
        id_ = f"control-{order}"
        panels[id_] = {
            "order": order,
            "width": "medium",
            "grow": True,
            "type": "optionsListControl",
            "explicitInput": {"id": id_, "fieldName": name, "title": view.columns[name].zh, "enhancements": {}},
        }
        reference = f"controlGroup_{id_}:optionsListDataView"
        references.append(_reference(reference, board.view, prefix))
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "showApplySelections": False,
        "panelsJSON": dumped(panels),
        "ignoreParentSettingsJSON": dumped(
            {"ignoreFilters": False, "ignoreQuery": False, "ignoreTimerange": False, "ignoreValidations": False}
        ),
    }


def _panel(board: Board, panel: Panel, prefix: str, references: list[dict[str, str]]) -> dict[str, Any]:
    grid = panel.grid
    placed = {
        "panelIndex": panel.id,
        "gridData": {"x": grid.x, "y": grid.y, "w": grid.w, "h": grid.h, "i": panel.id},
        "title": panel.title.zh,
    }
    if panel.kind == "words":
        return placed | {"type": "visualization", "embeddableConfig": _markdown(panel)}
    if panel.kind == "list":
        name = f"panel_{panel.id}"
        id_ = f"{objects.board_id(board)}-{panel.id}"
        references.append({"name": f"{panel.id}:{name}", "type": "search", "id": id_})
        return placed | {"type": "search", "panelRefName": name, "embeddableConfig": {"enhancements": {}}}
    layer = _reference(f"indexpattern-datasource-layer-{panel.id}", panel.view, prefix)
    references.append(layer | {"name": f"{panel.id}:{layer['name']}"})
    config = {"attributes": lens(panel, layer), "enhancements": {}, "hidePanelTitles": False}
    if panel.says:
        config["description"] = panel.says.zh
    return placed | {"type": "lens", "embeddableConfig": config}


def _reference(name: str, view: str, prefix: str) -> dict[str, str]:
    return {"name": name, "type": "index-pattern", "id": objects.view_id(view, prefix)}


def _markdown(panel: Panel) -> dict[str, Any]:
    return {
        "hidePanelTitles": True,
        "enhancements": {},
        "savedVis": {
            "type": "markdown",
            "title": "",
            "description": "",
            "params": {"fontSize": 12, "openLinksInNewTab": False, "markdown": panel.markdown},
            "uiState": {},
            "data": {"aggs": [], "searchSource": {"query": {"query": "", "language": "kuery"}, "filter": []}},
        },
    }


def lens(panel: Panel, layer: dict[str, str]) -> dict[str, Any]:
    """Return the Lens visualisation of *panel*; columns are called s0, s1 (splits) and m0, m1 (measures)."""
    view = VIEWS[panel.view]
    columns = {f"s{n}": _bucket(split, view) for n, split in enumerate(panel.split)}
    columns |= {f"m{n}": _metric(measure) for n, measure in enumerate(panel.measures)}
    layers = {panel.id: {
        "columns": columns, "columnOrder": list(columns), "incompleteColumns": {}, "sampling": 1,
        "ignoreGlobalFilters": False,
    }}  # fmt: skip
    return {
        "title": panel.title.zh,
        "description": panel.says.zh if panel.says else "",
        "visualizationType": _LENS[panel.kind],
        "type": "lens",
        "references": [layer],
        "state": {
            "query": {"query": panel.query, "language": "lucene"},
            "filters": [],
            "internalReferences": [],
            "adHocDataViews": {},
            "datasourceStates": {"formBased": {"layers": layers}},
            "visualization": _visualization(panel),
        },
    }


def _bucket(split: Split, view: View) -> dict[str, Any]:
    if split.time:
        return {
            "label": view.columns[TIME].zh,
            "customLabel": True,
            "dataType": "date",
            "operationType": "date_histogram",
            "sourceField": TIME,
            "isBucketed": True,
            "scale": "interval",
            "params": {"interval": _INTERVALS[split.time], "includeEmptyRows": True, "dropPartials": False},
        }
    column = view.columns[split.field]
    order = {"type": "alphabetical", "fallback": False} if split.by_key else {"type": "column", "columnId": "m0"}
    return {
        "label": column.zh,
        "customLabel": True,
        "dataType": _DATA_TYPES.get(column.type, "string"),
        "operationType": "terms",
        "sourceField": split.field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": split.most,
            "orderBy": order,
            "orderDirection": "asc" if split.by_key else "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    }


def _metric(measure: Measure) -> dict[str, Any]:
    params: dict[str, Any] = {"percentile": measure.at} if measure.what == "percentile" else {}
    if measure.what != "percentile":
        params["emptyAsNull"] = True
    return {
        "label": measure.label.zh,
        "customLabel": True,
        "dataType": "number",
        "operationType": _OPERATIONS[measure.what],
        "sourceField": measure.field or "___records___",
        "isBucketed": False,
        "scale": "ratio",
        "params": params,
    }


def _visualization(panel: Panel) -> dict[str, Any]:
    shared = {"layerId": panel.id, "layerType": "data"}
    splits, measures = [f"s{n}" for n in range(len(panel.split))], [f"m{n}" for n in range(len(panel.measures))]
    match panel.kind:
        case "metric":
            second = {"secondaryMetricAccessor": "m1"} if len(measures) > 1 else {}
            return shared | {"metricAccessor": "m0"} | second
        case "pie":
            layer = shared | {
                "primaryGroups": splits, "metrics": ["m0"], "numberDisplay": "percent", "categoryDisplay": "default",
                "legendDisplay": "default", "nestedLegend": False,
            }  # fmt: skip
            return {"shape": "donut", "layers": [layer]}
        case "table":
            return shared | {
                "columns": [{"columnId": name, "isTransposed": False} for name in splits + measures],
                "paging": {"size": 20, "enabled": True},
            }
        case "cloud":
            return shared | {
                "tagAccessor": "s0", "valueAccessor": "m0", "minFontSize": 14, "maxFontSize": 48,
                "orientation": "single", "showLabel": False,
            }  # fmt: skip
        case "heatmap":
            return shared | {
                "shape": "heatmap", "xAccessor": "s0", "yAccessor": "s1", "valueAccessor": "m0",
                "legend": {"isVisible": False, "position": "right", "type": "heatmap_legend"},
                "gridConfig": {
                    "type": "heatmap_grid", "isCellLabelVisible": True, "isYAxisLabelVisible": True,
                    "isXAxisLabelVisible": True, "isYAxisTitleVisible": False, "isXAxisTitleVisible": False,
                },
            }  # fmt: skip
        case _:
            return _xy(panel, shared, splits, measures)


def _xy(panel: Panel, shared: dict[str, Any], splits: list[str], measures: list[str]) -> dict[str, Any]:
    series = _SERIES[panel.kind]
    layer = shared | {"seriesType": series, "xAccessor": splits[0], "accessors": measures, "position": "top"}
    if len(splits) > 1:
        layer["splitAccessor"] = splits[1]
    shown = {"x": True, "yLeft": True, "yRight": True}
    return {
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "tickLabelsVisibilitySettings": shown,
        "gridlinesVisibilitySettings": shown,
        "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
        "preferredSeriesType": series,
        "layers": [layer],
    }
