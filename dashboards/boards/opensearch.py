"""The same boards for OpenSearch Dashboards: classic visualisations at the level of its fork (7.9.3), no Lens.

A document that is marked newer than the fork is refused there; older ones are migrated. So each is marked with a
level that every release knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dashboards.boards import objects
from dashboards.boards.documents import TIME, VIEWS, View
from dashboards.boards.objects import CONSOLE, PREFIX, dumped
from dashboards.boards.spec import Board, Measure, Panel, Spec, Split

_LEVELS: Final = {"index-pattern": "7.6.0", "visualization": "7.8.0", "search": "7.9.3", "dashboard": "7.9.3"}
_PANEL: Final = "7.9.3"
_TYPES: Final = {
    "metric": "metric", "line": "line", "bar": "histogram", "rows": "horizontal_bar", "pie": "pie", "table": "table",
    "cloud": "tagcloud", "heatmap": "heatmap", "words": "markdown",
}  # fmt: skip
_METRICS: Final = {
    "count": "count", "sum": "sum", "avg": "avg", "max": "max", "unique": "cardinality", "percentile": "percentiles",
}  # fmt: skip
_SCHEMAS: Final = {
    "line": ("segment", "group"), "bar": ("segment", "group"), "rows": ("segment", "group"),
    "heatmap": ("segment", "group"), "pie": ("segment",), "cloud": ("segment",), "table": ("bucket", "bucket", "bucket"),
    "metric": (),
}  # fmt: skip
_INTERVALS: Final = {"auto": "auto", "hour": "h", "day": "d", "week": "w"}


def files(spec: Spec, *, prefix: str = PREFIX, console: str = CONSOLE) -> dict[str, str]:
    """Return every file by its name, one for each face."""
    return {
        f"{face}.ndjson": objects.lines(saved([one for one in spec.boards if one.face == face], prefix, console))
        for face in ("staff", "leader")
    }


def saved(boards: Sequence[Board], prefix: str = PREFIX, console: str = CONSOLE) -> list[dict[str, Any]]:
    """Return the saved objects of *boards*, each after what it refers to."""
    found = [_pattern(view, prefix, console) for view in objects.used_views(boards)]
    for board in boards:
        found += [_object(board, panel, prefix) for panel in board.panels]
        if board.controls:
            found.append(_controls(board, prefix))
        found.append(_dashboard(board))
    return found


def _object(board: Board, panel: Panel, prefix: str) -> dict[str, Any]:
    if panel.kind == "list":
        return _marked(objects.saved_search(board, panel, prefix))
    state = {"title": _title(board, panel), "type": _TYPES[panel.kind], "params": _params(panel), "aggs": _aggs(panel)}
    return _visualization(f"{objects.board_id(board)}-{panel.id}", state, panel, prefix)


def _visualization(id_: str, state: dict[str, Any], panel: Panel | None, prefix: str) -> dict[str, Any]:
    source: dict[str, Any] = {"query": {"query": "", "language": "lucene"}, "filter": []}
    references = []
    if panel is not None and panel.view:
        name = "kibanaSavedObjectMeta.searchSourceJSON.index"
        source = objects.search_source(panel) | {"indexRefName": name}
        references.append({"name": name, "type": "index-pattern", "id": objects.view_id(panel.view, prefix)})
    attributes = {
        "title": state["title"],
        "visState": dumped(state),
        "uiStateJSON": "{}",
        "description": panel.says.zh if panel and panel.says else "",
        "version": 1,
        "kibanaSavedObjectMeta": {"searchSourceJSON": dumped(source)},
    }
    return _marked({"id": id_, "type": "visualization", "attributes": attributes, "references": references})


def _title(board: Board, panel: Panel) -> str:
    return f"{board.title.zh} · {panel.title.zh}"


def _marked(found: dict[str, Any]) -> dict[str, Any]:
    return found | {"migrationVersion": {found["type"]: _LEVELS[found["type"]]}}


def _pattern(view: View, prefix: str, console: str) -> dict[str, Any]:
    attributes = {
        "title": objects.view_title(view, prefix),
        "timeFieldName": TIME,
        "fields": dumped(objects.field_list(view)),
        "fieldFormatMap": dumped(objects.formats(view, console)),
    }
    id_ = objects.view_id(view.name, prefix)
    return _marked({"id": id_, "type": "index-pattern", "attributes": attributes, "references": []})


def _dashboard(board: Board) -> dict[str, Any]:
    shift = 3 if board.controls else 0  # the controls are a panel of their own here
    panels, references = [], []
    entries = [(panel.id, _grid(panel, shift), panel) for panel in board.panels]
    for id_, grid, panel in entries:
        panels.append(_placed(id_, grid, panel.title.zh))
        kind = "search" if panel.kind == "list" else "visualization"
        references.append({"name": f"panel_{id_}", "type": kind, "id": f"{objects.board_id(board)}-{id_}"})
    if board.controls:
        panels.append(_placed("controls", {"x": 0, "y": 0, "w": 48, "h": shift, "i": "controls"}, "筛选"))
        references.append(
            {"name": "panel_controls", "type": "visualization", "id": f"{objects.board_id(board)}-controls"}
        )
    attributes = {
        "title": board.title.zh,
        "description": f"{board.about.zh} / {board.about.en}",
        "hits": 0,
        "timeRestore": True,
        "timeFrom": board.since,
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 60_000},
        "version": 1,
        "optionsJSON": dumped({"useMargins": True, "hidePanelTitles": False}),
        "panelsJSON": dumped(panels),
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": dumped({"query": {"query": "", "language": "lucene"}, "filter": []})
        },
    }
    return _marked(
        {"id": objects.board_id(board), "type": "dashboard", "attributes": attributes, "references": references}
    )


def _grid(panel: Panel, shift: int) -> dict[str, Any]:
    grid = panel.grid
    return {"x": grid.x, "y": grid.y + shift, "w": grid.w, "h": grid.h, "i": panel.id}


def _placed(id_: str, grid: dict[str, Any], title: str) -> dict[str, Any]:
    return {
        "version": _PANEL, "panelIndex": id_, "gridData": grid, "title": title, "embeddableConfig": {},
        "panelRefName": f"panel_{id_}",
    }  # fmt: skip


def _controls(board: Board, prefix: str) -> dict[str, Any]:
    view = VIEWS[board.view]
    controls = [
        {
            "id": f"control-{order}",
            "fieldName": name,
            "label": view.columns[name].zh,
            "parent": "",
            "type": "list",
            "options": {"type": "terms", "multiselect": True, "dynamicOptions": True, "size": 10, "order": "desc"},
            "indexPatternRefName": f"control_{order}_index_pattern",
        }
        for order, name in enumerate(board.controls)
    ]
    title = f"{board.title.zh} · 筛选"
    params = {"controls": controls, "updateFiltersOnChange": True, "useTimeFilter": True, "pinFilters": False}
    state = {"title": title, "type": "input_control_vis", "params": params, "aggs": []}
    made = _visualization(f"{objects.board_id(board)}-controls", state, None, prefix)
    id_ = objects.view_id(board.view, prefix)
    references = [{"name": one["indexPatternRefName"], "type": "index-pattern", "id": id_} for one in controls]
    return made | {"references": references}


def _aggs(panel: Panel) -> list[dict[str, Any]]:
    """Return metrics (1, 2, …) and then splits; panels of text have neither."""
    if panel.kind == "words":
        return []
    metrics = [_metric(number, one) for number, one in enumerate(panel.measures, 1)]
    schemas = _SCHEMAS[panel.kind]
    splits = [
        _split(number, split, schema, panel, metrics[0])
        for number, (split, schema) in enumerate(zip(panel.split, schemas, strict=False), len(metrics) + 1)
    ]
    return metrics + splits


def _metric(number: int, measure: Measure) -> dict[str, Any]:
    params: dict[str, Any] = {"customLabel": measure.label.zh}
    if measure.field:
        params["field"] = measure.field
    if measure.what == "percentile":
        params["percents"] = [measure.at]
    return {"id": str(number), "enabled": True, "type": _METRICS[measure.what], "schema": "metric", "params": params}


def _split(number: int, split: Split, schema: str, panel: Panel, metric: dict[str, Any]) -> dict[str, Any]:
    made = {"id": str(number), "enabled": True, "schema": schema}
    label = VIEWS[panel.view].columns[split.field or TIME].zh
    if split.time:
        return made | {"type": "date_histogram", "params": {
            "field": TIME, "useNormalizedEsInterval": True, "scaleMetricValues": False,
            "interval": _INTERVALS[split.time], "drop_partials": False, "min_doc_count": 1, "extended_bounds": {},
            "customLabel": label,
        }}  # fmt: skip
    by = f"1.{panel.measures[0].at}" if metric["type"] == "percentiles" else "1"
    return made | {"type": "terms", "params": {
        "field": split.field, "size": split.most, "orderBy": "_key" if split.by_key else by,
        "order": "asc" if split.by_key else "desc", "otherBucket": False, "otherBucketLabel": "其他",
        "missingBucket": False, "missingBucketLabel": "缺失", "customLabel": label,
    }}  # fmt: skip


def _params(panel: Panel) -> dict[str, Any]:
    match panel.kind:
        case "words":
            return {"fontSize": 12, "openLinksInNewTab": False, "markdown": panel.markdown}
        case "metric":
            return {"addTooltip": True, "addLegend": False, "type": "metric", "metric": {
                "percentageMode": False, "useRanges": False, "colorSchema": "Green to Red", "metricColorMode": "None",
                "colorsRange": [{"from": 0, "to": 10000}], "labels": {"show": False}, "invertColors": False,
                "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 40},
            }}  # fmt: skip
        case "pie":
            return {"type": "pie", "addTooltip": True, "addLegend": True, "legendPosition": "right", "isDonut": True,
                    "labels": {"show": True, "values": True, "last_level": True, "truncate": 100}}  # fmt: skip
        case "table":
            return {"perPage": 20, "showPartialRows": False, "showMetricsAtAllLevels": False,
                    "sort": {"columnIndex": None, "direction": None}, "showTotal": False, "totalFunc": "sum",
                    "percentageCol": ""}  # fmt: skip
        case "cloud":
            return {
                "scale": "linear",
                "orientation": "single",
                "minFontSize": 14,
                "maxFontSize": 48,
                "showLabel": False,
            }
        case "heatmap":
            return {"type": "heatmap", "addTooltip": True, "addLegend": True, "enableHover": False,
                    "legendPosition": "right", "times": [], "colorsNumber": 6, "colorSchema": "Blues",
                    "setColorRange": False, "colorsRange": [], "invertColors": False, "percentageMode": False,
                    "valueAxes": [{"show": False, "id": "ValueAxis-1", "type": "value",
                                   "scale": {"type": "linear", "defaultYExtents": False},
                                   "labels": {"show": False, "rotate": 0, "overwriteColor": False,
                                              "color": "black"}}]}  # fmt: skip
        case _:
            return _axes(panel)


def _axes(panel: Panel) -> dict[str, Any]:
    kind, lying = _TYPES[panel.kind], panel.kind == "rows"
    series = [
        {
            "show": True, "type": "line" if panel.kind == "line" else "histogram",
            "mode": "normal" if panel.kind == "line" else "stacked", "data": {"label": one.label.zh, "id": str(number)},
            "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": True, "showCircles": True, "lineWidth": 2,
            "interpolate": "linear",
        }
        for number, one in enumerate(panel.measures, 1)
    ]  # fmt: skip
    labels = {"show": True, "filter": True, "truncate": 100}
    return {
        "type": kind, "grid": {"categoryLines": False}, "addTooltip": True, "addLegend": True,
        "legendPosition": "right", "times": [], "addTimeMarker": False, "seriesParams": series,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
        "categoryAxes": [{"id": "CategoryAxis-1", "type": "category", "position": "left" if lying else "bottom",
                          "show": True, "style": {}, "scale": {"type": "linear"}, "labels": labels, "title": {}}],
        "valueAxes": [{"id": "ValueAxis-1", "name": "BottomAxis-1" if lying else "LeftAxis-1", "type": "value",
                       "position": "bottom" if lying else "left", "show": True, "style": {},
                       "scale": {"type": "linear", "mode": "normal"}, "labels": labels | {"rotate": 0},
                       "title": {"text": ""}}],
    }  # fmt: skip
